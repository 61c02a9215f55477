import { isSchema, isSchemaObject, type Keyword } from "@runa/store/schema";

const TYPES: ReadonlySet<unknown> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/** Whether a value is of the kind that a keyword holds. */
export function couldHold({ holds }: Keyword, value: unknown): boolean {
  switch (holds) {
    case "data":
      return true;
    case "text":
    case "uri":
      return typeof value === "string";
    case "number":
    case "count":
      return typeof value === "number";
    case "number or flag":
      return typeof value === "number" || typeof value === "boolean";
    case "flag":
      return typeof value === "boolean";
    case "names":
      return Array.isArray(value) && value.every((name) => typeof name === "string");
    case "types":
      return [value].flat().every((type) => TYPES.has(type));
    case "schemas":
      return Array.isArray(value);
    case "schema or schemas":
      return isSchema(value) || Array.isArray(value);
    case "schema":
      return isSchema(value);
    case "named schemas":
    case "named names":
    case "named flags":
      return isSchemaObject(value);
  }
}
