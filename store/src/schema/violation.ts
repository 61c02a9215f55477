import type { ErrorObject } from "ajv";
import type { Violation } from "../artifact.ts";

const SHOWN = 80;

/** A value as it is shown in a violation: its JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN - 1)}…` : json;
}

/** One ajv error in runa's words: where, what was expected, what was there. */
export function violationOf(error: ErrorObject): Violation {
  const { expected, got } = wording(error);
  const where = error.instancePath === "" ? "the artifact" : error.instancePath;
  return {
    path: error.instancePath,
    keyword: error.keyword,
    expected,
    got,
    message: `${where}: expected ${expected}, got ${got}`,
  };
}

function wording(error: ErrorObject): { expected: string; got: string } {
  const { keyword, params, data } = error;
  const got = shown(data);
  switch (keyword) {
    case "required":
      return { expected: `the property ${JSON.stringify(params.missingProperty)}`, got: `an object without it` };
    case "additionalProperties":
      return {
        expected: "no other properties than the schema names",
        got: `${JSON.stringify(params.additionalProperty)}`,
      };
    case "unevaluatedProperties":
      return {
        expected: "no other properties than the schema names",
        got: `${JSON.stringify(params.unevaluatedProperty)}`,
      };
    case "type":
      return { expected: [params.type].flat().join(" or "), got };
    case "enum":
      return { expected: `one of ${shown(params.allowedValues)}`, got };
    case "const":
      return { expected: shown(params.allowedValue), got };
    case "minLength":
      return { expected: `at least ${params.limit} characters`, got };
    case "maxLength":
      return { expected: `at most ${params.limit} characters`, got };
    case "minItems":
      return { expected: `at least ${params.limit} items`, got };
    case "maxItems":
      return { expected: `at most ${params.limit} items`, got };
    case "minProperties":
      return { expected: `at least ${params.limit} properties`, got };
    case "maxProperties":
      return { expected: `at most ${params.limit} properties`, got };
    case "uniqueItems":
      return { expected: `items that differ`, got: `items ${params.j} and ${params.i} alike` };
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return { expected: `a number ${params.comparison} ${params.limit}`, got };
    case "multipleOf":
      return { expected: `a multiple of ${params.multipleOf}`, got };
    case "pattern":
      return { expected: `text matching ${params.pattern}`, got };
    case "anyOf":
      return { expected: "a value that fits one of the schema's alternatives", got };
    case "oneOf":
      return {
        expected: "a value that fits exactly one of the schema's alternatives",
        got: params.passingSchemas ? `${got}, which fits several` : got,
      };
    case "not":
      return { expected: "a value that the schema does not rule out", got };
    case "false schema":
      return { expected: "nothing here", got };
    case "dependentRequired":
    case "dependencies":
      return {
        expected: `${params.deps} beside ${JSON.stringify(params.property)}`,
        got: `${JSON.stringify(params.missingProperty)} missing`,
      };
    case "contains":
      return { expected: `at least ${params.minContains ?? 1} items that fit \`contains\``, got };
    case "propertyNames":
      return { expected: "a property name that the schema allows", got: JSON.stringify(params.propertyName) };
    default:
      return { expected: error.message ?? keyword, got };
  }
}
