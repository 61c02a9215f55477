import type { JsonSchema } from "@runa/engine";
import {
  type Dialect,
  identifierKeyword,
  isSchema,
  isSchemaObject,
  KEYWORDS,
  knownDialect,
  pointedAt,
  refsStandAlone,
  type SchemaObject,
} from "@runa/engine/schema";

// Only for resolving relative references; `URL` wants a hierarchical base.
const BASE = "schema://artifact/";

/**
 * Where the `$ref`s of one schema document lead, as far as they stay inside it: `#`, JSON pointers, anchors, and the
 * `$id`s of the schemas embedded in it. Nothing is ever fetched.
 */
export class LocalRefs {
  readonly dialect: Dialect;
  /** Whether nothing that stands beside a `$ref` has an effect. */
  readonly standAlone: boolean;
  readonly #bases = new Map<SchemaObject, string>();
  readonly #resources = new Map<string, JsonSchema>();
  readonly #anchors = new Map<string, SchemaObject>();

  constructor(root: JsonSchema) {
    // One that runa does not know was refused when the methodology was loaded.
    this.dialect = knownDialect(root) ?? "2020-12";
    this.standAlone = refsStandAlone(this.dialect);
    this.#resources.set(BASE, root);
    const open: { value: unknown; base: string }[] = [{ value: root, base: BASE }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { value } = next;
      if (Array.isArray(value)) for (const item of value) open.push({ value: item, base: next.base });
      if (!isSchemaObject(value)) continue;
      const base = this.#identify(value, next.base);
      this.#bases.set(value, base);
      for (const [key, inner] of Object.entries(value))
        if (KEYWORDS.get(key)?.holds !== "data") open.push({ value: inner, base });
    }
  }

  /** What the schema's `$ref` points at; undefined when it has none or it leads out of the document or nowhere. */
  target(schema: SchemaObject): JsonSchema | undefined {
    const uri = absolute(schema.$ref, this.#bases.get(schema) ?? BASE);
    if (uri === undefined) return undefined;
    const [resource = "", fragment = ""] = uri.split("#", 2);
    if (fragment !== "" && !fragment.startsWith("/")) return this.#anchors.get(uri);
    const found = this.#resources.get(resource);
    const at = found === undefined ? undefined : pointedAt(found, `#${fragment}`);
    return isSchema(at) ? at : undefined;
  }

  /** Files the schema under its `$id` and anchors; returns the base that holds inside it. */
  #identify(schema: SchemaObject, outer: string): string {
    const id = schema[identifierKeyword(this.dialect)];
    const ignored = this.standAlone && typeof schema.$ref === "string";
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
