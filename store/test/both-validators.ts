import type { JsonSchema } from "../src/artifact.ts";
import type { ParsedJson } from "../src/json/parse.ts";
import { compile } from "../src/schema/ajv.ts";
import { dialectOf, withoutDialect } from "../src/schema/dialect.ts";
import { beyondAjv } from "../src/schema/exactness.ts";
import { compileStandard } from "../src/schema/standard.ts";

/** A schema compiled by both validators. */
export interface Both {
  /** Null where the boundary leaves the schema to the other one. */
  readonly fast: ((value: unknown) => boolean) | null;
  readonly standard: (artifact: Pick<ParsedJson, "value" | "exact">) => boolean;
}

export async function both(schema: JsonSchema): Promise<Both> {
  const dialect = dialectOf(schema);
  const fast = beyondAjv(schema, dialect) === null ? compile(withoutDialect(schema), dialect) : null;
  const standard = await compileStandard(schema, dialect, new Map());
  return { fast: fast?.accepts ?? null, standard: ({ value, exact }) => standard.accepts(value, exact) };
}
