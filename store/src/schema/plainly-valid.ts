type Accepts = (value: unknown) => boolean;

const isString: Accepts = (value) => typeof value === "string";
const isNumber: Accepts = (value) => Number.isFinite(value);
const isCount: Accepts = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isBoolean: Accepts = (value) => typeof value === "boolean";
const isAnything: Accepts = () => true;
const areDistinctStrings: Accepts = (value) =>
  isFilledList(value) && value.every(isString) && new Set(value).size === value.length;
const areSchemas: Accepts = (value) => isFilledList(value) && value.every(isPlainlyValid);
const isMapOfSchemas: Accepts = (value) => isObject(value) && Object.values(value).every(isPlainlyValid);

const TYPES: ReadonlySet<unknown> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/** Keywords with values that the metaschema of every dialect accepts, be it because it does not know the keyword. */
const PLAIN: ReadonlyMap<string, Accepts> = new Map<string, Accepts>([
  ...["title", "description", "format", "pattern", "$comment", "$ref"].map((key): [string, Accepts] => [key, isString]),
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map(
    (key): [string, Accepts] => [key, isCount],
  ),
  ...["allOf", "anyOf", "oneOf"].map((key): [string, Accepts] => [key, areSchemas]),
  ...["properties", "$defs", "definitions"].map((key): [string, Accepts] => [key, isMapOfSchemas]),
  ...["items", "not", "if", "then", "else"].map((key): [string, Accepts] => [key, isPlainlyValid]),
  ["additionalProperties", (value) => isBoolean(value) || isPlainlyValid(value)],
  [
    "type",
    (value) => TYPES.has(value) || (areDistinctStrings(value) && (value as unknown[]).every((one) => TYPES.has(one))),
  ],
  ["required", areDistinctStrings],
  ["enum", areDistinctStrings],
  ["examples", Array.isArray],
  ["minimum", isNumber],
  ["maximum", isNumber],
  ["uniqueItems", isBoolean],
  ["const", isAnything],
  ["default", isAnything],
]);

/**
 * Whether a schema has only keywords and values that are valid in every dialect; then its metaschema need not be asked,
 * and compiling that takes ten times what compiling a small schema does. False says nothing.
 */
export function isPlainlyValid(schema: unknown): boolean {
  return isObject(schema) && Object.entries(schema).every(([key, value]) => PLAIN.get(key)?.(value) === true);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}
