import type { JsonSchema } from "@runa/engine";
import { isSchema, isSchemaObject, type SchemaObject } from "@runa/engine/schema";
import type { LocalRefs } from "./local-refs.ts";
import { schemaList } from "./parts.ts";

/** What a schema says of the value at a property (a string) or an item (a number), gathered from all of its branches. */
export class Children {
  readonly #refs: LocalRefs;
  readonly #known = new WeakMap<object, Map<string | number, JsonSchema>>();

  constructor(refs: LocalRefs) {
    this.#refs = refs;
  }

  /** A schema that every valid value at that step fits; `true` where nothing is known of it. */
  at(schema: JsonSchema, step: string | number): JsonSchema {
    if (typeof schema === "boolean") return true;
    const known = this.#known.get(schema) ?? new Map<string | number, JsonSchema>();
    const before = known.get(step);
    if (before !== undefined) return before;
    // Where a schema leads into itself, nothing more is claimed.
    this.#known.set(schema, known.set(step, true));
    const child = this.#find(schema, step);
    known.set(step, child);
    return child;
  }

  #find(schema: SchemaObject, step: string | number): JsonSchema {
    const inside = (inner: JsonSchema) => this.at(inner, step);
    const target = this.#refs.target(schema);
    if (target !== undefined && this.#refs.standAlone) return inside(target);
    const own = typeof step === "string" ? property(schema, step) : item(schema, step);
    const parts = [own, target === undefined ? true : inside(target), ...schemaList(schema.allOf).map(inside)];
    for (const branches of [schemaList(schema.anyOf), schemaList(schema.oneOf)])
      if (branches.length > 0) parts.push(either(branches.map(inside)));
    if (isSchema(schema.then) && isSchema(schema.else)) parts.push(either([schema.then, schema.else].map(inside)));
    const telling = parts.filter((part) => part !== true);
    const [first = true] = telling;
    return telling.length > 1 ? { allOf: telling } : first;
  }
}

function either(branches: readonly JsonSchema[]): JsonSchema {
  return branches.includes(true) ? true : { anyOf: branches };
}

function property(schema: SchemaObject, name: string): JsonSchema {
  const { properties, patternProperties, additionalProperties } = schema;
  if (isSchemaObject(properties) && Object.hasOwn(properties, name)) {
    const own = properties[name];
    return isSchema(own) ? own : true;
  }
  // Which pattern a name matches is left to the validator; nothing is claimed here.
  return isSchema(additionalProperties) && patternProperties === undefined ? additionalProperties : true;
}

function item(schema: SchemaObject, index: number): JsonSchema {
  const { items, prefixItems, additionalItems } = schema;
  const tuple = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : [];
  const found: unknown = index < tuple.length ? tuple[index] : Array.isArray(items) ? additionalItems : items;
  return isSchema(found) ? found : true;
}
