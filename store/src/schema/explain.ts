import type { Violation } from "../artifact.ts";
import { unescapedStep } from "../json/pointer.ts";
import { didYouMean } from "../suggestion.ts";
import type { FailedKeyword, FailedSchema } from "./failure-recorder.ts";
import { shortened, shown } from "./shown.ts";

/**
 * What a value breaks its schema by, in words that a person and a model can act on: every violation once, of `anyOf` and
 * `oneOf` only those of the branch that came closest.
 */
export function violationsOf(failed: FailedSchema): Violation[] {
  const found = new Map<string, Violation>();
  for (const violation of ofSchema(failed)) found.set(`${violation.path} ${violation.message}`, violation);
  return [...found.values()];
}

function ofSchema(schema: FailedSchema): Violation[] {
  if (schema.never) return [violation(schema.path, "false", "nothing here", shown(schema.value))];
  return schema.keywords.flatMap((keyword) => ofKeyword(keyword, schema));
}

function ofKeyword(keyword: FailedKeyword, within: FailedSchema): Violation[] {
  const { name, path, value, compiled, schemas } = keyword;
  const one = (expected: string, got = shown(value)) => [violation(path, name, expected, got)];
  switch (name) {
    case "anyOf":
    case "oneOf":
      return ofBranches(keyword);
    case "additionalProperties":
    case "unevaluatedProperties":
      return schemas.flatMap((schema) =>
        schema.never ? [unknownProperty(schema, name, path, within.names)] : ofSchema(schema),
      );
    case "propertyNames":
      return schemas.flatMap((schema) =>
        ofSchema(schema).map(({ expected }) =>
          violation(path, name, `a property name that is ${expected}`, shown(schema.value)),
        ),
      );
    case "items":
    case "additionalItems":
    case "unevaluatedItems":
      return schemas.some((schema) => schema.never)
        ? one(`at most ${itemsBefore(schemas)} items`, count(value, "items"))
        : schemas.flatMap(ofSchema);
    case "required":
      return missing(compiled, value).map((property) =>
        violation(path, name, `the property ${JSON.stringify(property)}`, "nothing"),
      );
    case "dependentRequired":
    case "dependencies":
      return [
        ...dependents(compiled, value).map(([given, property]) =>
          violation(path, name, `the property ${JSON.stringify(property)} beside ${JSON.stringify(given)}`, "nothing"),
        ),
        ...schemas.flatMap(ofSchema),
      ];
    case "type":
      return one([compiled].flat().map(typeWords).join(" or "));
    case "enum":
      return one(enumWords(compiled));
    case "const":
      return one(shortened(String(compiled)));
    case "minLength":
      return one(`at least ${bound(compiled)} characters`);
    case "maxLength":
      return one(`at most ${bound(compiled)} characters`);
    case "minItems":
      return one(`at least ${bound(compiled)} items`, count(value, "items"));
    case "maxItems":
      return one(`at most ${bound(compiled)} items`, count(value, "items"));
    case "minProperties":
      return one(`at least ${bound(compiled)} properties`, count(value, "properties"));
    case "maxProperties":
      return one(`at most ${bound(compiled)} properties`, count(value, "properties"));
    case "minimum":
      return one(`a number ${exclusive(compiled) ? ">" : ">="} ${bound(compiled)}`);
    case "maximum":
      return one(`a number ${exclusive(compiled) ? "<" : "<="} ${bound(compiled)}`);
    case "exclusiveMinimum":
      return one(`a number > ${bound(compiled)}`);
    case "exclusiveMaximum":
      return one(`a number < ${bound(compiled)}`);
    case "multipleOf":
      return one(`a multiple of ${bound(compiled)}`);
    case "pattern":
      return one(`text that matches ${compiled instanceof RegExp ? compiled.source : String(compiled)}`);
    case "format":
      return one(`text in the format ${String(compiled)}`);
    case "uniqueItems":
      return one("items that all differ", "items that are alike");
    case "contains":
      return one(containsWords(compiled));
    case "not":
      return one("a value that the schema does not rule out");
    default:
      return schemas.length > 0 ? schemas.flatMap(ofSchema) : one(`a value that fits ${name}`);
  }
}

function violation(path: string, keyword: string, expected: string, got: string): Violation {
  return {
    path,
    keyword,
    expected,
    got,
    message: `${whereTo(path)}: expected ${expected}, got ${got}`,
  };
}

const SHOWN_PATH = 500;

/** A pointer as a person reads it, cut where it is very long. */
function whereTo(path: string): string {
  if (path === "") return "the artifact";
  return path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH)}…` : path;
}

function unknownProperty(schema: FailedSchema, keyword: string, parent: string, known: readonly string[]): Violation {
  const name = unescapedStep(schema.path.slice(schema.path.lastIndexOf("/") + 1));
  return violation(
    parent,
    keyword,
    "no property that the schema does not name",
    `${shown(name)}${didYouMean(name, known)}`,
  );
}

/** The branch that came closest, or, where a value fits several of `oneOf`, that it does. */
function ofBranches({ name, path, value, schemas, compiled }: FailedKeyword): Violation[] {
  const branches = Array.isArray(compiled) ? compiled.length : schemas.length;
  if (name === "oneOf" && schemas.length < branches)
    return [
      violation(
        path,
        name,
        "a value that fits exactly one of the schema's alternatives",
        `${shown(value)}, which fits ${branches - schemas.length}`,
      ),
    ];
  const types = schemas.map(wrongTypeOf);
  if (types.length > 0 && types.every((type) => type !== null))
    return [violation(path, name, [...new Set(types.flat())].join(" or "), shown(value))];
  const closest = schemas
    .map((schema) => ({ schema, distance: distanceOf(schema) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (closest === undefined || closest.distance === Number.POSITIVE_INFINITY)
    return [violation(path, name, "a value that fits one of the schema's alternatives", shown(value))];
  return ofSchema(closest.schema);
}

/** The types that a schema wants, in words, where that is what fails; else null. */
function wrongTypeOf({ path, keywords }: FailedSchema): string[] | null {
  const type = keywords.find((keyword) => keyword.name === "type" && keyword.path === path);
  return type === undefined ? null : [type.compiled].flat().map(typeWords);
}

// More than all else together: where a constant tells the branches apart, one with another constant was not meant.
const OTHER_KIND = 1_000_000;

/** How far a value is from a schema: what tells branches apart counts most, then a wrong type, then each violation. */
function distanceOf(schema: FailedSchema): number {
  if (schema.never) return Number.POSITIVE_INFINITY;
  let distance = 0;
  for (const keyword of schema.keywords) {
    const { name, schemas } = keyword;
    const shallow = keyword.path.split("/").length - schema.path.split("/").length <= 1;
    if (name === "const" || name === "enum") distance += shallow ? OTHER_KIND : 1;
    else if (name === "type") distance += shallow ? 1_000 : 1;
    else if (name === "anyOf" || name === "oneOf") distance += Math.min(...schemas.map(distanceOf), 1);
    else if (name === "properties" || name === "allOf" || name === "$ref" || name === "then" || name === "else")
      distance += discriminated(keyword);
    else if (name === "required") distance += missing(keyword.compiled, keyword.value).length;
    else distance += Math.max(1, schemas.length);
  }
  return distance;
}

/** The distance by what is inside a property, where a constant that differs tells as well that another branch was meant. */
function discriminated({ name, schemas }: FailedKeyword): number {
  return schemas.reduce((sum, schema) => {
    const telling = schema.keywords.some((keyword) => keyword.name === "const" || keyword.name === "enum");
    if (name === "properties") return sum + (telling ? OTHER_KIND : Math.max(1, schema.keywords.length));
    return sum + distanceOf(schema);
  }, 0);
}

function itemsBefore(schemas: readonly FailedSchema[]): number {
  const indices = schemas
    .filter((schema) => schema.never)
    .map(({ path }) => Number(path.slice(path.lastIndexOf("/") + 1)));
  return Math.min(...indices);
}

function missing(required: unknown, value: unknown): string[] {
  if (!Array.isArray(required) || typeof value !== "object" || value === null) return [];
  return required.filter(
    (property): property is string => typeof property === "string" && !Object.hasOwn(value, property),
  );
}

function dependents(compiled: unknown, value: unknown): [string, string][] {
  if (!Array.isArray(compiled) || typeof value !== "object" || value === null) return [];
  return compiled.flatMap(([given, needed]: [string, unknown]): [string, string][] =>
    Object.hasOwn(value, given) ? missing(needed, value).map((property) => [given, property]) : [],
  );
}

function bound(compiled: unknown): string {
  return String(Array.isArray(compiled) ? compiled[0] : compiled);
}

/** Draft 04 writes an exclusive limit as a flag beside it. */
function exclusive(compiled: unknown): boolean {
  return Array.isArray(compiled) && compiled[1] === true;
}

function count(value: unknown, what: string): string {
  const number = typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  return `${number} ${number === 1 ? what.replace(/ies$/, "y").replace(/s$/, "") : what}`;
}

function typeWords(type: unknown): string {
  const words: Record<string, string> = {
    array: "an array",
    object: "an object",
    string: "a string",
    number: "a number",
    integer: "an integer",
    boolean: "a boolean",
    null: "null",
  };
  return words[String(type)] ?? String(type);
}

/** How many of the values that are allowed are named. */
const NAMED = 40;

function enumWords(compiled: unknown): string {
  const all: unknown[] = Array.isArray(compiled) ? compiled : [];
  if (all.length === 0) return "nothing: no value is allowed";
  const named = all.slice(0, NAMED).map((value) => shortened(String(value)));
  return `one of ${named.join(", ")}${all.length > NAMED ? ` and ${all.length - NAMED} others` : ""}`;
}

function containsWords(compiled: unknown): string {
  const { minContains = 1, maxContains } = (typeof compiled === "object" && compiled !== null ? compiled : {}) as {
    minContains?: number;
    maxContains?: number;
  };
  const most =
    maxContains === undefined || maxContains === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${maxContains}`;
  return `at least ${minContains}${most} items that fit \`contains\``;
}
