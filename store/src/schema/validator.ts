import type { ErrorObject, ValidateFunction } from "ajv";
import type { JsonSchema, Violation } from "../artifact.ts";
import { type Dialect, dialectOf, SchemaError, withoutDialect } from "./dialect.ts";
import { violationOf } from "./violation.ts";

/** A compiled schema: the violations of a value, none when it is valid. */
export type Validator = (value: unknown) => readonly Violation[];

/** Compiles schemas of every dialect; made once by `loadSchemaCompiler`, because ajv is slow to load. */
export type SchemaCompiler = (schema: JsonSchema) => Validator;

const OPTIONS = {
  allErrors: true,
  strict: false,
  // `__proto__` and `constructor` are ordinary names in an artifact.
  ownProperties: true,
  // An annotation in every dialect, unless the dialect says otherwise (contract.md section 2).
  validateFormats: false,
  verbose: true,
  unicodeRegExp: true,
  logger: false,
} as const;

/**
 * Loads ajv and returns the compiler. Asynchronous so that a command that validates nothing never pays for it.
 */
export async function loadSchemaCompiler(): Promise<SchemaCompiler> {
  const engines = await import("./ajv.ts");
  return (schema) => {
    const dialect = dialectOf(schema);
    const compiled = compileWith(engines.engineFor(dialect, OPTIONS), withoutDialect(schema), dialect);
    return (value) => {
      if (compiled(value)) return [];
      return (compiled.errors ?? []).filter(isTelling).map(violationOf);
    };
  };
}

function compileWith(engine: import("./ajv.ts").Engine, schema: JsonSchema, dialect: Dialect): ValidateFunction {
  if (engine.validateSchema(schema) !== true) {
    const first = engine.errors?.[0];
    throw new SchemaError(
      first
        ? `not a valid JSON Schema of ${dialect}: ${violationOf(first).message}`
        : `not a valid JSON Schema of ${dialect}`,
      first?.instancePath ?? "",
    );
  }
  try {
    return engine.compile(schema);
  } catch (error) {
    throw new SchemaError(reasonOf(error), "");
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reference = /can't resolve reference (\S+)/.exec(message)?.[1];
  if (reference === undefined) return message;
  return /^[a-z][a-z0-9+.-]*:/i.test(reference)
    ? `remote $ref ${reference} is never fetched: put the schema under $defs and refer to it as "#/$defs/…"`
    : `$ref ${reference} names nothing in this schema`;
}

/** `if` says only that one of its branches failed; the branch's own violations say how. */
function isTelling(error: ErrorObject): boolean {
  return error.keyword !== "if";
}
