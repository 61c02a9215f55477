import type { JsonSchema } from "../artifact.ts";
import { ExactNumber, rounded } from "../json/exact-number.ts";
import { decodedStep } from "../json/pointer.ts";
import { type Dialect, identifierKeyword, refsStandAlone } from "./dialect.ts";
import { EXACT_BESIDE, exactBeside } from "./exact-beside.ts";
import { holdsNames, KEYWORDS } from "./keywords.ts";

/** The schema resource that a part of a document belongs to. */
interface Resource {
  readonly root: unknown;
  readonly uri: string;
}

/**
 * A copy of a schema by which the standard's validator judges rightly. By itself the validator
 * - refuses identifiers with the scheme `file:`, so the scheme gets another name;
 * - fails over unknown keywords that have the name of something every JavaScript object has, such as `constructor`;
 * - holds numbers as doubles;
 * - does not know of the older drafts that an identifier beside a `$ref` means nothing, that definitions beside it can be
 *   pointed at, and that a pointer may lead into an embedded resource.
 */
export function prepared(schema: JsonSchema, uri: string, dialect: Dialect | null): JsonSchema {
  const rules: Rules = {
    alone: dialect !== null && refsStandAlone(dialect),
    identifier: dialect === null ? "$id" : identifierKeyword(dialect),
  };
  return copied(schema, { root: schema, uri }, rules) as JsonSchema;
}

interface Rules {
  /** Whether nothing has an effect beside a `$ref`. */
  readonly alone: boolean;
  readonly identifier: "id" | "$id";
}

// What counts beside a `$ref` of the older drafts, because pointers may lead there.
const BESIDE_REF = new Set(["$ref", "$schema", "definitions", "$defs"]);

function copied(value: unknown, outer: Resource, rules: Rules, names = false): unknown {
  if (value instanceof ExactNumber) return value.rounded();
  if (Array.isArray(value)) return value.map((item) => copied(item, outer, rules));
  if (typeof value !== "object" || value === null) return value;
  if (names)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copied(inner, outer, rules)]));
  const entries = Object.entries(value).filter(([key]) => !(key in Object.prototype) && key !== EXACT_BESIDE);
  const alone = rules.alone && entries.some(([key, inner]) => key === "$ref" && typeof inner === "string");
  const own = alone ? null : identifierOf(value, rules);
  const resource = own === null ? outer : { root: value, uri: resolved(own, outer.uri) };
  const copy = Object.fromEntries(
    entries.flatMap(([key, inner]): [string, unknown][] => {
      if (alone && !BESIDE_REF.has(key)) return [];
      const holds = KEYWORDS.get(key)?.holds;
      if (holds === "data") return [[key, rounded(inner)]];
      if (holds !== "uri" || typeof inner !== "string") return [[key, copied(inner, resource, rules, holdsNames(key))]];
      return [[key, renamed(rules.alone && key === "$ref" ? intoEmbedded(inner, resource, rules) : inner)]];
    }),
  );
  const exact = alone ? null : exactBeside(Object.fromEntries(entries));
  if (exact !== null) copy[EXACT_BESIDE] = exact;
  if (!alone || !("definitions" in copy || "$defs" in copy)) return copy;
  // The validator drops all that stands beside such a `$ref`, so the `$ref` moves into an `allOf`.
  const { $ref, ...beside } = copy;
  return { ...beside, allOf: [{ $ref }] };
}

/** An identifier that makes a resource of its own; one that is only a fragment does not. */
function identifierOf(value: object, { identifier }: Rules): string | null {
  const own = Object.hasOwn(value, identifier) ? (value as Record<string, unknown>)[identifier] : undefined;
  return typeof own === "string" && !own.startsWith("#") ? own : null;
}

function resolved(reference: string, base: string): string {
  return URL.canParse(reference, base) ? new URL(reference, base).href : base;
}

/** A pointer that leads into an embedded resource, as a pointer from that resource. */
function intoEmbedded(reference: string, resource: Resource, rules: Rules): string {
  if (!reference.startsWith("#/")) return reference;
  let { root: at, uri } = resource;
  const steps = reference.slice(2).split("/");
  let from = 0;
  for (const [index, step] of steps.entries()) {
    if (typeof at !== "object" || at === null) return reference;
    at = (at as Record<string, unknown>)[decodedStep(step) ?? step];
    const own = typeof at === "object" && at !== null && !("$ref" in at) ? identifierOf(at, rules) : null;
    if (own === null) continue;
    uri = resolved(own, uri);
    from = index + 1;
  }
  return from === 0
    ? reference
    : `${uri.replace(/#.*$/, "")}#${steps
        .slice(from)
        .map((step) => `/${step}`)
        .join("")}`;
}

const FILES = "https://file.runa.invalid/";

function renamed(uri: string): string {
  return uri.replace(/^file:\/*/i, FILES);
}

/** A URI as it was before it was prepared. */
export function asWritten(uri: string): string {
  return uri.startsWith(FILES) ? `file:///${uri.slice(FILES.length)}` : uri;
}
