import { type Holds, isSchemaObject, KEYWORDS } from "./keywords.ts";

type Accepts = (value: unknown) => boolean;

const isString: Accepts = (value) => typeof value === "string";
const isNumber: Accepts = (value) => Number.isFinite(value);
const isCount: Accepts = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isBoolean: Accepts = (value) => typeof value === "boolean";
const areDistinctStrings: Accepts = (value) =>
  isFilledList(value) && value.every(isString) && new Set(value).size === value.length;
const areSchemas: Accepts = (value) => isFilledList(value) && value.every(isPlainlyValid);
const areNamedSchemas: Accepts = (value) => isSchemaObject(value) && Object.values(value).every(isPlainlyValid);

const TYPES: ReadonlySet<unknown> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);
const areTypes: Accepts = (value) =>
  TYPES.has(value) || (areDistinctStrings(value) && (value as unknown[]).every((one) => TYPES.has(one)));

const never: Accepts = () => false;

/** By what a keyword holds, the values that the metaschema of every dialect accepts. */
const ACCEPTED: Readonly<Record<Holds, Accepts>> = {
  text: isString,
  uri: never,
  number: isNumber,
  "number or flag": never,
  count: isCount,
  flag: isBoolean,
  names: areDistinctStrings,
  types: areTypes,
  data: () => true,
  schema: isPlainlyValid,
  schemas: areSchemas,
  "schema or schemas": isPlainlyValid,
  "named schemas": areNamedSchemas,
  "named names": never,
  "named flags": never,
};

/** Keywords whose values some metaschema limits further, or that differ between dialects. */
const PARTICULAR: ReadonlyMap<string, Accepts> = new Map([
  ["$ref", isString],
  ["enum", areDistinctStrings],
  ["examples", Array.isArray],
  ["additionalProperties", (value) => isBoolean(value) || isPlainlyValid(value)],
  ...["$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "multipleOf"].map((key): [string, Accepts] => [
    key,
    never,
  ]),
]);

/**
 * Whether a schema has only keywords and values that are valid in every dialect; then its metaschema need not be asked,
 * and compiling that takes ten times as long as compiling a small schema. False does not mean that it is invalid.
 */
export function isPlainlyValid(schema: unknown): boolean {
  return isSchemaObject(schema) && Object.entries(schema).every(([key, value]) => acceptedUnder(key)(value));
}

function acceptedUnder(key: string): Accepts {
  const known = KEYWORDS.get(key);
  return PARTICULAR.get(key) ?? (known === undefined ? never : ACCEPTED[known.holds]);
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
