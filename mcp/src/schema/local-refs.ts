import { type Draft, draftOf, isSchema, isSchemaObject, type JsonSchema, type SchemaObject } from "./draft.ts";

// Only for resolving relative references; `URL` wants a hierarchical base.
const BASE = "schema://artifact/";
/** Keywords whose values are data: an `$id` or `$ref` inside them means nothing. */
const DATA = new Set(["const", "enum", "default", "examples"]);

/**
 * Where the `$ref`s of one schema document lead, as far as they stay inside it: `#`, JSON pointers, anchors, and the
 * `$id`s of the schemas embedded in it. Nothing is ever fetched.
 */
export class LocalRefs {
  readonly draft: Draft;
  readonly #bases = new Map<SchemaObject, string>();
  readonly #resources = new Map<string, JsonSchema>();
  readonly #anchors = new Map<string, SchemaObject>();

  constructor(root: JsonSchema) {
    this.draft = draftOf(root);
    this.#resources.set(BASE, root);
    const open: { value: unknown; base: string }[] = [{ value: root, base: BASE }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { value } = next;
      if (Array.isArray(value)) for (const item of value) open.push({ value: item, base: next.base });
      if (!isSchemaObject(value)) continue;
      const base = this.#identify(value, next.base);
      this.#bases.set(value, base);
      for (const [key, inner] of Object.entries(value)) if (!DATA.has(key)) open.push({ value: inner, base });
    }
  }

  /** What the schema's `$ref` points at; undefined when it has none or it leads out of the document or nowhere. */
  target(schema: SchemaObject): JsonSchema | undefined {
    const uri = absolute(schema.$ref, this.#bases.get(schema) ?? BASE);
    if (uri === undefined) return undefined;
    const [resource = "", fragment = ""] = uri.split("#", 2);
    if (fragment !== "" && !fragment.startsWith("/")) return this.#anchors.get(uri);
    const found = this.#resources.get(resource);
    return found === undefined ? undefined : follow(found, fragment);
  }

  /** Files the schema under its `$id` and anchors; returns the base that holds inside it. */
  #identify(schema: SchemaObject, outer: string): string {
    const id = this.draft === 4 ? schema.id : schema.$id;
    // Up to draft 07 nothing beside a `$ref` counts, not even an identifier.
    const ignored = this.draft <= 7 && typeof schema.$ref === "string";
    let base = outer;
    if (typeof id === "string" && !ignored) {
      const uri = absolute(id, outer) ?? outer;
      if (id.startsWith("#")) this.#anchors.set(uri, schema);
      else {
        base = uri.replace(/#.*$/, "");
        this.#resources.set(base, schema);
      }
    }
    for (const anchor of [schema.$anchor, schema.$dynamicAnchor])
      if (typeof anchor === "string") this.#anchors.set(`${base}#${anchor}`, schema);
    return base;
  }
}

function absolute(reference: unknown, base: string): string | undefined {
  return typeof reference === "string" && URL.canParse(reference, base) ? new URL(reference, base).href : undefined;
}

function follow(from: JsonSchema, pointer: string): JsonSchema | undefined {
  let at: unknown = from;
  for (const step of pointer.split("/").slice(1)) {
    const key = unescaped(step);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return isSchema(at) ? at : undefined;
}

function unescaped(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A stray percent sign stands for itself.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}
