import type { JsonSchema } from "../../store/src/index.ts";
import { pointedAt } from "../../store/src/schema/exactness.ts";

/** Values over which validators stumble: edges of number and text, and keys that every JavaScript object seems to have. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  0.3,
  19.99,
  99.95,
  1e21,
  1e-7,
  5e-324,
  1.7976931348623157e308,
  9007199254740992,
  "",
  "__proto__",
  "😀",
  "a\u0000b",
  "1",
  [],
  [[]],
  ["__proto__", "__proto__"],
  {},
  JSON.parse('{"__proto__":1}'),
  { constructor: 1, toString: {}, valueOf: null, hasOwnProperty: [] },
  [{ toString: 1 }, { toString: 1 }],
];
/** Texts and names that common schemas ask for. */
const TEXTS: readonly string[] = [
  ...["a", "ab", "x-note", "./index.js", ".", "my-package", "@scope/name", "${{ a }}", "self-hosted", "ubuntu-latest"],
  ...[
    "3.0.1",
    "1.5",
    "AB-1234",
    "/pets",
    "200",
    "2XX",
    "get",
    "0 5 * * 1",
    "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  ],
  ...[
    "d41d8cd98f00b204e9800998ecf8427e",
    "2026-11-28",
    "https://example.org/a",
    "include",
    "_job",
    "toString",
    "constructor",
  ],
];
const DEEP = 7;

/**
 * Makes a value that fits a schema more often than not, or misses it by little. Which one, a list of small numbers decides, so
 * that a property test can make a case smaller.
 */
export function instanceOf(root: JsonSchema, choices: readonly number[]): unknown {
  let at = 0;
  const upTo = (count: number) => (choices[at++ % choices.length] ?? 0) % count;
  const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;

  function value(schema: unknown, depth: number): unknown {
    if (upTo(30) === 29 || depth > DEEP || !isObject(schema)) return oneOf(HOSTILE);
    const whole = flattened(schema, depth);
    if (whole.const !== undefined) return whole.const;
    if (Array.isArray(whole.enum) && whole.enum.length > 0) return oneOf(whole.enum);
    const types = whole.type === undefined ? likelyTypes(whole) : [whole.type].flat();
    switch (oneOf(types)) {
      case "object":
        return object(whole, depth);
      case "array":
        return array(whole, depth);
      case "string":
        return text(whole);
      case "number":
      case "integer":
        return number(whole);
      case "boolean":
        return upTo(2) === 0;
      case "null":
        return null;
      default:
        return oneOf(HOSTILE);
    }
  }

  /** A schema with what its reference, all of its parts and one of its alternatives say. */
  function flattened(schema: Part, depth: number): Part {
    let whole = schema;
    const add = (part: unknown) => {
      if (isObject(part)) whole = merged(whole, depth > DEEP ? part : flattened(part, depth + 1));
    };
    if (schema.$ref !== undefined) add(pointedAt(root, schema.$ref));
    for (const part of list(schema.allOf)) add(part);
    for (const branches of [list(schema.anyOf), list(schema.oneOf)]) if (branches.length > 0) add(oneOf(branches));
    if (schema.if !== undefined) add(upTo(2) === 0 ? merged(Object(schema.if), Object(schema.then)) : schema.else);
    return whole;
  }

  function object(schema: Part, depth: number): unknown {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
    const made = new Map<string, unknown>();
    const rest = isObject(schema.additionalProperties) ? schema.additionalProperties : true;
    for (const name of list(schema.required).map(String))
      if (upTo(20) > 0) made.set(name, value(properties[name] ?? rest, depth + 1));
    for (const [name, inner] of Object.entries(properties))
      if (!made.has(name) && upTo(depth + 2) === 0) made.set(name, value(inner, depth + 1));
    for (const [pattern, inner] of patterns) {
      const names = TEXTS.filter((text) => new RegExp(pattern, "u").test(text));
      if (names.length > 0 && upTo(3) > 0) made.set(oneOf(names), value(inner, depth + 1));
    }
    if (upTo(schema.additionalProperties === false ? 12 : 3) === 0) made.set(oneOf(TEXTS), value(rest, depth + 1));
    return Object.fromEntries(made);
  }

  function array(schema: Part, depth: number): unknown {
    const tuple = Array.isArray(schema.items) ? schema.items : list(schema.prefixItems);
    const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
    const least = typeof schema.minItems === "number" ? Math.min(schema.minItems, 5) : 0;
    const items: unknown[] = [];
    for (let count = least + upTo(3) - (upTo(12) === 0 ? 1 : 0); items.length < count; )
      items.push(value(tuple[items.length] ?? rest ?? true, depth + 1));
    if (items.length > 0 && upTo(6) === 0) items.push(oneOf(items));
    return items;
  }

  function text({ pattern }: Part): string {
    const fits = typeof pattern === "string" ? TEXTS.filter((known) => new RegExp(pattern, "u").test(known)) : [];
    return oneOf(fits.length > 0 && upTo(12) > 0 ? fits : TEXTS);
  }

  function number({ minimum, maximum, multipleOf, type }: Part): number {
    const step = typeof multipleOf === "number" ? multipleOf : type === "integer" ? 1 : 0.25;
    // As people write it: not what a product of doubles comes to.
    const times = Number(`${upTo(40)}${upTo(100)}`);
    const decimals = /\.(\d+)/.exec(String(step))?.[1]?.length ?? 0;
    const any = Number((times * step).toFixed(decimals));
    return oneOf([
      any,
      any,
      -any,
      Number(minimum ?? 0),
      Number(maximum ?? 1),
      Number(minimum ?? 0) - 1,
      any + step / 3,
    ]);
  }

  return value(root, 0);
}

type Part = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Part =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function merged(a: Part, b: Part): Part {
  const both = { ...a, ...b };
  if (isObject(a.properties) && isObject(b.properties)) both.properties = { ...a.properties, ...b.properties };
  if (Array.isArray(a.required) || Array.isArray(b.required))
    both.required = [...new Set([...list(a.required), ...list(b.required)])];
  return both;
}

function likelyTypes(schema: Part): readonly string[] {
  if (schema.properties ?? schema.required ?? schema.additionalProperties) return ["object"];
  if (schema.items ?? schema.prefixItems ?? schema.contains ?? schema.uniqueItems) return ["array"];
  if (schema.minimum ?? schema.maximum ?? schema.multipleOf) return ["number"];
  return ["object", "array", "string", "number", "boolean", "null"];
}
