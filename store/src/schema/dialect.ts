import type { JsonSchema } from "../artifact.ts";
import { schemaUnknownDialect } from "../messages.ts";

/** The dialects of JSON Schema that runa knows. */
export type Dialect = "draft-04" | "draft-06" | "draft-07" | "2019-09" | "2020-12";

/** By URI, the oldest first. */
const DIALECTS: ReadonlyMap<unknown, Dialect> = new Map([
  ["http://json-schema.org/draft-04/schema", "draft-04"],
  ["http://json-schema.org/draft-06/schema", "draft-06"],
  ["http://json-schema.org/draft-07/schema", "draft-07"],
  ["https://json-schema.org/draft/2019-09/schema", "2019-09"],
  ["https://json-schema.org/draft/2020-12/schema", "2020-12"],
]);

const BY_AGE = [...DIALECTS.values()];

/** Whether one dialect is older than another. */
export function isBefore(one: Dialect, other: Dialect): boolean {
  return BY_AGE.indexOf(one) < BY_AGE.indexOf(other);
}

/** Whether nothing that stands beside a `$ref` has an effect, not even an identifier: so it was up to draft 07. */
export function refsStandAlone(dialect: Dialect): boolean {
  return isBefore(dialect, "2019-09");
}

/** The keyword that names a schema. */
export function identifierKeyword(dialect: Dialect): "id" | "$id" {
  return dialect === "draft-04" ? "id" : "$id";
}

/** A schema that cannot be used, with what is wrong and where in it. */
export class SchemaError extends Error {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  constructor(reason: string, pointer: string) {
    super(reason);
    this.pointer = pointer;
  }
}

/**
 * The dialect that a schema declares; draft 2020-12 without a `$schema` (contract.md section 2), null for one that runa does
 * not know.
 */
export function knownDialect(schema: JsonSchema): Dialect | null {
  const declared = declaredBy(schema);
  return declared === undefined ? "2020-12" : (DIALECTS.get(canonicalUri(declared)) ?? null);
}

/**
 * The dialect that a schema declares.
 * @throws SchemaError when `$schema` names a dialect that runa does not know
 */
export function dialectOf(schema: JsonSchema): Dialect {
  const dialect = knownDialect(schema);
  if (dialect !== null) return dialect;
  const known = [...DIALECTS.keys()].join(", ");
  throw new SchemaError(schemaUnknownDialect(JSON.stringify(declaredBy(schema)), known), "/$schema");
}

function declaredBy(schema: JsonSchema): unknown {
  return typeof schema === "object" ? schema.$schema : undefined;
}

/** A dialect's URI as the standard writes it: people add an empty fragment, or https to the older ones. */
function canonicalUri(declared: unknown): unknown {
  if (typeof declared !== "string") return declared;
  return declared
    .replace(/#$/, "")
    .replace(/^https?(?=:\/\/json-schema\.org\/draft-0)/, "http")
    .replace(/^http(?=:\/\/json-schema\.org\/draft\/)/, "https");
}

/** The same schema without its `$schema`, for an engine of its dialect that knows it by one spelling only. */
export function withoutDialect(schema: JsonSchema): JsonSchema {
  if (typeof schema !== "object") return schema;
  const { $schema: _, ...rest } = schema;
  return rest;
}

/** The same schema without an identifier of its own, which some have that no library reads; for one without embedded schemas. */
export function withoutIdentifier(schema: JsonSchema): JsonSchema {
  if (typeof schema !== "object") return schema;
  const { $id: _, id: _too, ...rest } = schema;
  return rest;
}

/** A dialect's URI. */
export function dialectUri(dialect: Dialect): string {
  for (const [uri, known] of DIALECTS) if (known === dialect) return String(uri);
  throw new RangeError(dialect);
}

/** The dialect that a schema declares; null for one that is among the given resources itself. */
export function dialectIn(schema: JsonSchema, resources: ReadonlyMap<string, unknown>): Dialect | null {
  const declared = declaredBy(schema);
  return typeof declared === "string" && resources.has(declared) ? null : dialectOf(schema);
}
