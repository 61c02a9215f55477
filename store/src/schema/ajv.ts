import { Ajv, type ErrorObject, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import draft06 from "ajv/dist/refs/json-schema-draft-06.json" with { type: "json" };
import AjvDraft04 from "ajv-draft-04";
import type { JsonSchema, Violation } from "../artifact.ts";
import { didYouMean } from "../suggestion.ts";
import { withExactKeywords } from "./ajv-keywords.ts";
import { type Dialect, SchemaError } from "./dialect.ts";
import { shown } from "./shown.ts";

const OPTIONS: Options = {
  strict: false,
  // `__proto__` and `constructor` are ordinary names in an artifact.
  ownProperties: true,
  // An annotation in every dialect, unless the dialect says otherwise (contract.md section 2).
  validateFormats: false,
  unicodeRegExp: true,
  verbose: true,
  logger: false,
  // Going over its own code once more takes a quarter of compiling, and judging is no faster for it.
  code: { optimize: false },
};

/** A schema compiled by ajv: decides fast, stops at the first violation. */
export interface FastValidator {
  accepts(value: unknown): boolean;
  /** What the last value was refused for. */
  firstViolation(): Violation | null;
}

/** What is wrong in a schema as its dialect's metaschema sees it. */
export interface SchemaProblem {
  readonly reason: string;
  /** JSON pointer into the schema. */
  readonly pointer: string;
}

type Engine = Pick<Ajv, "compile" | "validateSchema" | "errors">;

const judges = new Map<Dialect, Engine>();

/** Holds a schema against its dialect's metaschema; null when nothing is wrong. */
export function schemaProblem(schema: JsonSchema, dialect: Dialect): SchemaProblem | null {
  const judge = judges.get(dialect) ?? engineFor(dialect, OPTIONS);
  // A metaschema takes long to compile: once for each dialect.
  judges.set(dialect, judge);
  if (judge.validateSchema(schema) === true) return null;
  const first = (judge.errors as ErrorObject[] | null | undefined)?.[0];
  const at = first?.instancePath ?? "";
  return { reason: `${at === "" ? "the schema" : at} ${problemText(first)}`, pointer: at };
}

/** What the metaschema says; of a word that is none of a few with these, and the one that was probably meant. */
function problemText(problem: ErrorObject | undefined): string {
  const { keyword, schema, data, message = "is not one" }: Partial<ErrorObject> = problem ?? {};
  if (keyword !== "enum" || !Array.isArray(schema) || typeof data !== "string") return message;
  const known = schema.map(String);
  return `must be one of ${known.join(", ")}, got ${shown(data)}${didYouMean(data, known)}`;
}

/**
 * Compiles a schema that its dialect's metaschema accepts; null for one that is too large for it. Engines share nothing,
 * so two schemas with one `$id` do not meet.
 * @throws SchemaError
 */
export function compile(schema: JsonSchema, dialect: Dialect): FastValidator | null {
  try {
    const compiled = engineFor(dialect, { ...OPTIONS, meta: false, validateSchema: false }).compile(schema);
    return {
      accepts: (value) => compiled(value) === true,
      firstViolation: () => {
        const first = compiled.errors?.[0];
        if (first === undefined) return null;
        const { instancePath: path, keyword, message: expected = keyword, data } = first;
        const got = shown(data);
        return {
          path,
          keyword,
          expected,
          got,
          message: `${path === "" ? "the artifact" : path}: ${expected}, got ${got}`,
        };
      },
    };
  } catch (error) {
    // ajv nests the code that it makes once for each property of an object, so that a large one can exceed the stack.
    if (error instanceof RangeError) return null;
    throw new SchemaError(error instanceof Error ? error.message : String(error), "");
  }
}

function engineFor(dialect: Dialect, options: Options): Engine {
  const engine = withExactKeywords(plainEngine(dialect, options));
  // No schema with `unevaluated…` comes here, and what ajv notes for those keywords can make it fail.
  engine.opts.unevaluated = false;
  return engine;
}

function plainEngine(dialect: Dialect, options: Options): Ajv {
  switch (dialect) {
    case "draft-04":
      return new AjvDraft04.default(options) as unknown as Ajv;
    case "draft-06": {
      const engine = new Ajv({ ...options, meta: false });
      // Not validated here: ajv would compile it before its keywords are replaced.
      if (options.meta !== false) engine.addMetaSchema(draft06, undefined, false);
      engine.opts.defaultMeta = draft06.$id;
      return engine;
    }
    case "draft-07":
      return new Ajv(options);
    case "2019-09":
      return new Ajv2019(options);
    case "2020-12":
      return new Ajv2020(options);
  }
}
