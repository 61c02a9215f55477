import { _, type Ajv, type CodeKeywordDefinition, str } from "ajv";
import { isMultipleOf } from "../json/exact-number.ts";
import { areDistinct, isOneOf } from "./equality.ts";

type Check = (value: never) => boolean;

/** A keyword as ajv takes it, whose values are judged by a function that is made for what the keyword holds. */
function keyword(
  definition: Pick<CodeKeywordDefinition, "keyword" | "type" | "schemaType">,
  message: string,
  checkFor: (schema: never) => Check,
): CodeKeywordDefinition {
  return {
    ...definition,
    error: { message },
    code: (context) => {
      const { gen, data, schema } = context;
      const check = gen.scopeValue("func", { ref: checkFor(schema as never) });
      context.fail(_`!${check}(${data})`);
    },
  };
}

/** Keywords that ajv, by itself, does not judge as the standard says. */
const EXACT: readonly CodeKeywordDefinition[] = [
  {
    // It divides doubles, by which 19.99 is no multiple of 0.01.
    ...keyword(
      { keyword: "multipleOf", type: "number", schemaType: "number" },
      "",
      (divisor: number) => (value: number) => isMultipleOf(value, divisor),
    ),
    error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
  },
  keyword({ keyword: "const" }, "must be equal to constant", (value: unknown) => isOneOf([value])),
  keyword({ keyword: "enum", schemaType: "array" }, "must be equal to one of the allowed values", isOneOf),
  keyword(
    { keyword: "uniqueItems", type: "array", schemaType: "boolean" },
    "must NOT have duplicate items",
    (wanted: boolean) => (items: readonly unknown[]) => !wanted || areDistinct(items),
  ),
];

/** Puts these keywords in the place of ajv's own, as far as its dialect has them. */
export function withExactKeywords<Engine extends Pick<Ajv, "getKeyword" | "removeKeyword" | "addKeyword">>(
  engine: Engine,
): Engine {
  for (const definition of EXACT) {
    const name = definition.keyword as string;
    if (engine.getKeyword(name) === false) continue;
    engine.removeKeyword(name);
    engine.addKeyword(definition);
  }
  return engine;
}
