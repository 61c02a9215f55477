import type { JsonSchema } from "@runa/engine";
import { isSchema, isSchemaObject, type SchemaObject } from "@runa/engine/schema";
import { servedHolds } from "./keywords.ts";
import { LocalRefs } from "./local-refs.ts";
import { schemaList, schemaMap } from "./parts.ts";
import { possibleTypes } from "./possible-types.ts";

/** A served schema holds no references. */
const NO_REFS = new LocalRefs(true);
/** Where a type would say nothing to whoever makes a value. */
const CONDITIONS: ReadonlySet<string> = new Set(["if", "not"]);

/**
 * A served schema in which no property is without a type (contract.md section 8): some clients send as text what has none.
 * What fits stays the same. A property whose alternatives all say their type is left alone.
 */
export function withTypes(schema: SchemaObject): SchemaObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]): [string, unknown] => {
      const holds = CONDITIONS.has(key) ? undefined : servedHolds(key, NO_REFS.dialect);
      if (holds === "schemas") return [key, schemaList(value).map(inside)];
      if (holds === "named schemas")
        return [
          key,
          Object.fromEntries(
            schemaMap(value).map(([name, inner]) => [
              name,
              key === "properties" ? typed(inside(inner)) : inside(inner),
            ]),
          ),
        ];
      return [key, holds?.startsWith("schema") && isSchema(value) ? inside(value) : value];
    }),
  );
}

function inside(schema: JsonSchema): JsonSchema {
  return isSchemaObject(schema) ? withTypes(schema) : schema;
}

function typed(schema: JsonSchema): JsonSchema {
  if (!isSchemaObject(schema) || schema.type !== undefined) return schema;
  for (const branches of [schemaList(schema.anyOf), schemaList(schema.oneOf)])
    if (branches.length > 0 && branches.every((branch) => isSchemaObject(branch) && branch.type !== undefined))
      return schema;
  const types = [...possibleTypes(schema, NO_REFS)];
  if (types.length === 0) return schema;
  // Some model APIs insist on it for arrays.
  const items = types.includes("array") && schema.items === undefined ? { items: {} } : {};
  return { type: types.length === 1 ? types[0] : types, ...schema, ...items };
}
