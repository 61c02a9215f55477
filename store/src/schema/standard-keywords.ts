import { type Browser, value as valueIn } from "@hyperjump/browser";
import {
  addKeyword,
  type Keyword,
  type SchemaDocument,
  Validation,
  type ValidationContext,
} from "@hyperjump/json-schema/experimental";
import * as Instance from "@hyperjump/json-schema/instance/experimental";
import { canonicalJson } from "../json/canonical.ts";
import {
  compareNumbers,
  ExactNumber,
  isJsonNumber,
  isMultipleOf,
  isWhole,
  type JsonNumber,
} from "../json/exact-number.ts";
import { areDistinct } from "./equality.ts";
import { EXACT_BESIDE, type ExactBeside } from "./exact-beside.ts";

// In the place of the library's own keywords that do not judge as the standard says: those for numbers calculate with doubles.
// These also take exact numbers in an instance.

type SchemaPart = Browser<SchemaDocument>;

/** An instance for the library in which numbers may be exact ones. */
export function exactInstance(value: unknown, doubles: unknown): Instance.JsonNode {
  const node = Instance.fromJs(doubles as never);
  putExact(node, value);
  return node;
}

/** The library's nodes hold the part of the value that they stand for. */
function putExact(node: Instance.JsonNode, value: unknown): void {
  Object.assign(node, { value });
  if (Array.isArray(value))
    for (const [index, item] of [...Instance.iter(node)].entries()) putExact(item, value[index]);
  else if (Instance.typeOf(node) === "object")
    for (const [key, member] of Instance.entries(node))
      putExact(member, (value as Readonly<Record<string, unknown>>)[Instance.value<string>(key)]);
}

/** The exact value that stands beside a keyword of a schema (`exact-beside.ts`); undefined where its own value is exact. */
function besideOf(parent: SchemaPart): ExactBeside {
  return valueIn<Readonly<Record<string, ExactBeside>>>(parent)[EXACT_BESIDE] ?? {};
}

type Limit = "multipleOf" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum";

function limitOf(keyword: Limit, schema: SchemaPart, parent: SchemaPart): JsonNumber {
  const exact = besideOf(parent)[keyword];
  return typeof exact === "string" ? new ExactNumber(exact) : valueIn<number>(schema);
}

const uri = (keyword: string) => `https://json-schema.org/keyword/${keyword}`;

/** A keyword that limits numbers and nothing else. */
function numeric(keyword: Limit, fits: (value: JsonNumber, limit: JsonNumber) => boolean): Keyword<JsonNumber> {
  return {
    id: uri(keyword),
    compile: async (schema, _, parent) => limitOf(keyword, schema, parent),
    interpret: (limit, instance) => {
      const value: unknown = Instance.value(instance);
      return !isJsonNumber(value) || fits(value, limit);
    },
  };
}

/** Draft 04 has the exclusiveness of a limit as a flag beside it. */
function draft04(keyword: "minimum" | "maximum", side: 1 | -1): Keyword<readonly [JsonNumber, boolean]> {
  const flag = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
  return {
    id: uri(`draft-04/${keyword}`),
    compile: async (schema, _, parent) => [
      limitOf(keyword, schema, parent),
      valueIn<Readonly<Record<string, unknown>>>(parent)[flag] === true,
    ],
    interpret: ([limit, exclusive], instance) => {
      const value: unknown = Instance.value(instance);
      if (!isJsonNumber(value)) return true;
      const order = compareNumbers(value, limit) * side;
      return exclusive ? order > 0 : order >= 0;
    },
  };
}

/** A value of a schema in canonical JSON. What looks like a reference in it has become an object of the library's. */
function canonicalOf(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)));
}

const constant: Keyword<string> = {
  id: uri("const"),
  compile: async (_schema, _ast, parent) => {
    const exact = besideOf(parent).const;
    return typeof exact === "string" ? exact : canonicalOf(valueIn<{ const: unknown }>(parent).const);
  },
  interpret: (expected, instance) => canonicalJson(Instance.value(instance)) === expected,
};

const enumeration: Keyword<readonly string[]> = {
  id: uri("enum"),
  compile: async (schema, _, parent) => {
    const exact = besideOf(parent).enum;
    return typeof exact === "object" ? exact : valueIn<readonly unknown[]>(schema).map(canonicalOf);
  },
  interpret: (expected, instance) => expected.includes(canonicalJson(Instance.value(instance))),
};

const uniqueItems: Keyword<boolean> = {
  id: uri("uniqueItems"),
  compile: async (schema) => valueIn<boolean>(schema),
  interpret: (wanted, instance) => {
    const value: unknown = Instance.value(instance);
    return !wanted || !Array.isArray(value) || areDistinct(value);
  },
};

const type: Keyword<string | readonly string[]> = {
  id: uri("type"),
  compile: async (schema) => valueIn<string | readonly string[]>(schema),
  interpret: (wanted, instance) => {
    const value: unknown = Instance.value(instance);
    return [wanted]
      .flat()
      .some((one) => (one === "integer" ? isJsonNumber(value) && isWhole(value) : Instance.typeOf(instance) === one));
  },
};

/** The names and patterns of the properties that are not additional, and where the schema of the others lies. */
type Additional = readonly [names: ReadonlySet<string>, patterns: readonly RegExp[], rest: string];

/** Which properties were looked at, where a keyword asks that. */
interface Evaluating extends ValidationContext {
  readonly evaluatedProperties?: Set<string>;
}

/** The library's own joins all names and patterns in one regular expression, in which groups collide and an empty pattern is lost. */
const additionalProperties: Keyword<Additional, Evaluating> = {
  id: uri("additionalProperties"),
  simpleApplicator: true,
  compile: async (schema, ast, parent) => {
    const { properties, patternProperties } = valueIn<Readonly<Record<string, unknown>>>(parent);
    return [
      new Set(Object.keys(Object(properties))),
      Object.keys(Object(patternProperties)).map((pattern) => new RegExp(pattern, "u")),
      await Validation.compile(schema, ast, parent),
    ];
  },
  interpret: ([names, patterns, rest], instance, context) => {
    let isValid = true;
    for (const [key, member] of Instance.entries(instance)) {
      const name = Instance.value<string>(key);
      if (names.has(name) || patterns.some((pattern) => pattern.test(name))) continue;
      // Goes on after the first that does not fit, so that each is among the violations.
      if (!Validation.interpret(rest, member, context)) isValid = false;
      context.evaluatedProperties?.add(name);
    }
    return isValid;
  },
};

/** Puts these keywords in the place of the library's own, in every dialect. */
export function useExactKeywords(): void {
  addKeyword(numeric("multipleOf", isMultipleOf));
  addKeyword(numeric("minimum", (value, limit) => compareNumbers(value, limit) >= 0));
  addKeyword(numeric("maximum", (value, limit) => compareNumbers(value, limit) <= 0));
  addKeyword(numeric("exclusiveMinimum", (value, limit) => compareNumbers(value, limit) > 0));
  addKeyword(numeric("exclusiveMaximum", (value, limit) => compareNumbers(value, limit) < 0));
  addKeyword(draft04("minimum", 1));
  addKeyword(draft04("maximum", -1));
  for (const keyword of [constant, enumeration, uniqueItems, type, additionalProperties])
    addKeyword(keyword as Keyword<unknown>);
}
