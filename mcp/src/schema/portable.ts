import type { JsonSchema } from "@runa/engine";
import { isSchema, isSchemaObject, knows, type SchemaObject } from "@runa/engine/schema";
import { describes, loosens, servedHolds } from "./keywords.ts";
import type { LocalRefs } from "./local-refs.ts";
import { schemaList, schemaMap, stringList } from "./parts.ts";
import { possibleTypes } from "./possible-types.ts";

/** How much of a schema is spelt out before the rest is served as open: nodes of one tool, and levels of nesting. */
const MAX_NODES = 2000;
const MAX_LEVELS = 40;

/**
 * Rewrites schemas for clients: 2020-12 without `$ref`, `$defs` or anything that only some of them read. What it gives
 * never refuses what the schema accepts; where the two differ (recursion, very large schemas, a few keywords), it
 * accepts more, and the full schema is enforced on delivery. One instance serves one tool, whose size it bounds.
 */
export class Portable {
  readonly #refs: LocalRefs;
  readonly #expanding = new Set<JsonSchema>();
  #nodes = 0;
  #loose = false;

  constructor(refs: LocalRefs, root: JsonSchema) {
    this.#refs = refs;
    this.#expanding.add(root);
  }

  /** Whether anything was served looser than it is. */
  get loose(): boolean {
    return this.#loose;
  }

  /** The schema as it is served. */
  of(schema: JsonSchema, depth = 0): SchemaObject {
    if (typeof schema === "boolean") return schema ? {} : { not: {} };
    if (++this.#nodes > MAX_NODES || depth > MAX_LEVELS) {
      this.#loose = true;
      return { description: "Anything here is checked on delivery: the schema is too large to be shown whole." };
    }
    return typeof schema.$ref === "string" ? this.#expanded(schema, depth) : this.#rewritten(schema, depth);
  }

  #expanded(schema: SchemaObject, depth: number): SchemaObject {
    const { $ref, ...siblings } = schema;
    const target = this.#refs.target(schema);
    const beside = this.#refs.standAlone ? pick(siblings, describes) : siblings;
    const own = this.#rewritten(beside, depth);
    if (target === undefined || this.#expanding.has(target)) {
      this.#loose = true;
      const [type, ...others] = [...possibleTypes(target ?? true, this.#refs)];
      const only = others.length === 0 && (type === "object" || type === "array") ? { type } : {};
      const meant = $ref === "#" ? "the artifact itself" : String($ref);
      return this.#finished({ ...only, description: `The same again as ${meant}; checked on delivery.`, ...own });
    }
    this.#expanding.add(target);
    const expanded = this.of(target, depth + 1);
    this.#expanding.delete(target);
    if (Object.keys(own).every(describes)) return { ...expanded, ...own };
    const annotations = pick(own, describes);
    const constraints = pick(own, (key) => !describes(key));
    return { ...annotations, allOf: [expanded, constraints] };
  }

  #rewritten(schema: SchemaObject, depth: number): SchemaObject {
    const served: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (loosens(key)) this.#loose = true;
      switch (servedHolds(key, this.#refs.dialect)) {
        case undefined:
          break;
        case "schemas":
          this.#list(served, key, schema, depth);
          break;
        case "named schemas":
          served[key] = Object.fromEntries(schemaMap(value).map(([name, inner]) => [name, this.of(inner, depth + 1)]));
          break;
        case "schema":
        case "schema or schemas":
          if (isSchema(value)) this.#single(served, key, value, depth);
          break;
        default:
          served[key] = value;
      }
    }
    this.#tuple(served, schema, depth);
    if (served.if === undefined) {
      delete served.then;
      delete served.else;
    }
    return this.#finished(served);
  }

  #single(served: Record<string, unknown>, key: string, value: JsonSchema, depth: number): void {
    if (key === "additionalProperties" && typeof value === "boolean") {
      served[key] = value;
      return;
    }
    const { schema, loose } = this.#watched(value, depth);
    // Under these a looser schema would refuse more instead of less.
    if (loose && (key === "not" || key === "if")) return;
    served[key] = schema;
  }

  #list(served: Record<string, unknown>, key: string, schema: SchemaObject, depth: number): void {
    const branches = schemaList(schema[key]).map((branch) => this.#watched(branch, depth));
    const schemas = branches.map((branch) => branch.schema);
    // Two loosened branches may both fit where exactly one should.
    if (key !== "oneOf" || !branches.some(({ loose }) => loose)) served[key] = schemas;
    else if (schema.anyOf === undefined) served.anyOf = schemas;
  }

  #watched(schema: JsonSchema, depth: number): { schema: SchemaObject; loose: boolean } {
    const before = this.#loose;
    this.#loose = false;
    const served = this.of(schema, depth + 1);
    const loose = this.#loose;
    this.#loose = before || loose;
    return { schema: served, loose };
  }

  /** Up to 2019-09 a list in `items` meant what `prefixItems` means now. */
  #tuple(served: Record<string, unknown>, { items, additionalItems }: SchemaObject, depth: number): void {
    if (!Array.isArray(items) || knows(this.#refs.dialect, "prefixItems")) return;
    served.prefixItems = schemaList(items).map((item) => this.of(item, depth + 1));
    if (isSchema(additionalItems)) served.items = this.of(additionalItems, depth + 1);
  }

  /** Small repairs, none of which changes what fits: draft 04's exclusive limits, and what some model APIs insist on. */
  #finished(served: Record<string, unknown>): SchemaObject {
    for (const [limit, exclusive] of [
      ["minimum", "exclusiveMinimum"],
      ["maximum", "exclusiveMaximum"],
    ] as const) {
      if (typeof served[exclusive] !== "boolean") continue;
      if (served[exclusive] && served[limit] !== undefined) {
        served[exclusive] = served[limit];
        delete served[limit];
      } else delete served[exclusive];
    }
    const types = [served.type].flat();
    if (types.includes("array") && served.items === undefined) served.items = {};
    if (types.includes("object") && served.additionalProperties !== false) {
      const properties = isSchemaObject(served.properties) ? served.properties : {};
      const missing = stringList(served.required).filter((name) => !Object.hasOwn(properties, name));
      // A name that a pattern or `additionalProperties` speaks of is not free.
      if (missing.length > 0 && !isSchemaObject(served.additionalProperties))
        served.properties = Object.fromEntries([...Object.entries(properties), ...missing.map((name) => [name, {}])]);
    }
    return served;
  }
}

function pick(schema: SchemaObject, wanted: (key: string) => boolean): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => wanted(key)));
}
