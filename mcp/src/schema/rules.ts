import { isSchema, isSchemaObject, type SchemaObject } from "@runa/engine/schema";
import type { LocalRefs } from "./local-refs.ts";
import { leftOver, type ObjectShape } from "./object-shape.ts";
import { schemaList, schemaMap } from "./parts.ts";
import type { Portable } from "./portable.ts";

const LEAD_IN: Readonly<Record<string, string>> = {
  anyOf: "at least one of these holds",
  oneOf: "exactly one of these holds",
};

/** What it takes to tell a schema's remaining rules: how to spell a schema out, and what not to mention. */
interface Telling {
  readonly refs: LocalRefs;
  readonly portable: Portable;
  /** A property that the session fills in itself. */
  readonly omit: string | null;
}

/**
 * What the flattened shape of an object's schema cannot say, one rule an entry, in words and compact JSON from which a
 * model can write a right answer.
 */
export function rulesBeyond(
  shape: ObjectShape,
  served: (part: SchemaObject, keyword: string) => boolean,
  telling: Telling,
): readonly string[] {
  return shape.conjuncts.flatMap((part) =>
    leftOver(part, telling.refs)
      .filter(([keyword]) => !served(part, keyword))
      .map(([keyword, value]) => rule(part, keyword, value, telling)),
  );
}

const MAX_INLINE = 6000;

/** A schema as compact JSON, spelt out as far as anyone would read it. */
export function inline(schema: unknown, { portable, omit }: Telling): string {
  if (!isSchema(schema)) return JSON.stringify(schema);
  const spelt = portable.of(schema);
  const json = JSON.stringify(omit === null ? spelt : without(spelt, omit));
  return json.length <= MAX_INLINE ? json : "(too large to be shown: a refused call says what is wrong)";
}

function rule(part: SchemaObject, keyword: string, value: unknown, telling: Telling): string {
  switch (keyword) {
    case "anyOf":
    case "oneOf":
      return `${LEAD_IN[keyword]}: ${schemaList(value)
        .map((branch, index) => `(${index + 1}) ${inline(branch, telling)}`)
        .join(" ")}`;
    case "not":
      return `this does not hold: ${inline(value, telling)}`;
    case "if": {
      const outcome = [
        ...(part.then === undefined ? [] : [`then ${inline(part.then, telling)}`]),
        ...(part.else === undefined ? [] : [`else ${inline(part.else, telling)}`]),
      ];
      return `if ${inline(value, telling)} ${outcome.join(" ")}`;
    }
    case "additionalProperties":
    case "unevaluatedProperties":
      return value === false ? "no properties but those named" : `any other property fits ${inline(value, telling)}`;
    case "propertyNames":
      return `each property name fits ${inline(value, telling)}`;
    case "patternProperties":
    case "dependentSchemas":
      return `${keyword}: {${schemaMap(value)
        .map(([name, schema]) => `${JSON.stringify(name)}: ${inline(schema, telling)}`)
        .join(", ")}}`;
    default:
      return `${keyword}: ${JSON.stringify(value)}`;
  }
}

/** A spelt-out schema that does not mention a property of the object it is about. */
function without(schema: SchemaObject, name: string): SchemaObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (keyword === "required" && Array.isArray(value)) return [keyword, value.filter((item) => item !== name)];
      if (keyword === "properties" && isSchemaObject(value)) {
        const { [name]: omitted, ...others } = value;
        return [keyword, others];
      }
      if (["allOf", "anyOf", "oneOf"].includes(keyword))
        return [keyword, schemaList(value).map((branch) => (isSchemaObject(branch) ? without(branch, name) : branch))];
      const nested = ["if", "then", "else", "not"].includes(keyword) && isSchemaObject(value);
      return [keyword, nested ? without(value, name) : value];
    }),
  );
}
