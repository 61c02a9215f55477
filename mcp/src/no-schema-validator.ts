import process from "node:process";

/**
 * Stands in for the SDK's own choice of a JSON Schema validator when the program is bundled: the SDK would bring a
 * second `ajv` along, a third of what `runa-mcp` loads at its start, and nothing here asks it to validate anything.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("runa validates with its own schemas, not with the SDK's");
  }
}

export { process };
