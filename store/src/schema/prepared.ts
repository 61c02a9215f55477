import type { JsonSchema } from "../artifact.ts";
import type { Dialect } from "./dialect.ts";

/** Values that are data: what looks like a reference inside them is none. */
const DATA = new Set(["const", "enum", "default", "examples"]);
const URIS = new Set(["$id", "id", "$ref", "$dynamicRef", "$recursiveRef"]);

/** The schema resource that a part of a document belongs to. */
interface Resource {
  readonly root: unknown;
  readonly uri: string;
}

/**
 * A copy of a schema in the form in which the standard's validator takes it. It refuses identifiers with the `file:`
 * scheme, which under another name work as any other does; and of two rules of the older drafts it knows nothing: an
 * identifier beside a `$ref` means nothing, and a pointer may lead into an embedded resource.
 */
export function prepared(schema: JsonSchema, uri: string, dialect: Dialect | null): JsonSchema {
  const old = dialect === "draft-04" || dialect === "draft-06" || dialect === "draft-07";
  return copied(schema, { root: schema, uri }, old) as JsonSchema;
}

function copied(value: unknown, outer: Resource, old: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => copied(item, outer, old));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const idIgnored = old && entries.some(([key, inner]) => key === "$ref" && typeof inner === "string");
  const own = idIgnored ? null : identifierOf(value);
  const resource = own === null ? outer : { root: value, uri: resolved(own, outer.uri) };
  return Object.fromEntries(
    entries.flatMap(([key, inner]): [string, unknown][] => {
      if (idIgnored && (key === "$id" || key === "id")) return [];
      if (DATA.has(key)) return [[key, inner]];
      if (!URIS.has(key) || typeof inner !== "string") return [[key, copied(inner, resource, old)]];
      return [[key, renamed(old && key === "$ref" ? intoEmbedded(inner, resource) : inner)]];
    }),
  );
}

/** An identifier that makes a resource of its own; one that is only a fragment does not. */
function identifierOf(value: object): string | null {
  const { $id, id } = value as { $id?: unknown; id?: unknown };
  const own = $id ?? id;
  return typeof own === "string" && !own.startsWith("#") ? own : null;
}

function resolved(reference: string, base: string): string {
  return URL.canParse(reference, base) ? new URL(reference, base).href : base;
}

/** A pointer that leads into an embedded resource, as a pointer from that resource. */
function intoEmbedded(reference: string, resource: Resource): string {
  if (!reference.startsWith("#/")) return reference;
  let { root: at, uri } = resource;
  const steps = reference.slice(2).split("/");
  let from = 0;
  for (const [index, step] of steps.entries()) {
    if (typeof at !== "object" || at === null) return reference;
    at = (at as Record<string, unknown>)[decodedStep(step)];
    const own = typeof at === "object" && at !== null && !("$ref" in at) ? identifierOf(at) : null;
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

function decodedStep(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

function renamed(uri: string): string {
  return uri.replace(/^file:\/*/i, "https://file.runa.invalid/");
}
