import type { EvaluationPlugin, ValidationContext } from "@hyperjump/json-schema/experimental";
import { type JsonNode, uri, value } from "@hyperjump/json-schema/instance/experimental";

/** A schema that a value did not fit, with the keywords of it that failed. */
export interface FailedSchema {
  /** The schema's absolute location. */
  readonly location: string;
  /** JSON pointer into the artifact. */
  readonly path: string;
  readonly value: unknown;
  /** The schema is just `false`. */
  readonly never: boolean;
  /** The property names that the schema itself knows. */
  readonly names: readonly string[];
  readonly keywords: readonly FailedKeyword[];
}

/** A keyword that failed, with the schemas below it that failed. */
export interface FailedKeyword {
  readonly name: string;
  /** What the keyword holds, as the library compiled it. */
  readonly compiled: unknown;
  readonly location: string;
  readonly path: string;
  readonly value: unknown;
  readonly schemas: readonly FailedSchema[];
}

interface Recording extends ValidationContext {
  failedSchemas?: FailedSchema[];
  failedKeywords?: FailedKeyword[];
}

/** Records an evaluation's failures as the tree that they are. */
export class FailureRecorder implements EvaluationPlugin<Recording> {
  id = "urn:runa:failure-recorder";
  root: FailedSchema | null = null;

  afterKeyword(
    [, location, compiled]: [string, string, unknown],
    instance: JsonNode,
    context: Recording,
    valid: boolean,
    schemaContext: Recording,
  ): void {
    if (valid) return;
    const name = decodeURIComponent(location.slice(location.lastIndexOf("/") + 1));
    schemaContext.failedKeywords ??= [];
    schemaContext.failedKeywords.push({
      name,
      compiled,
      location,
      path: pathOf(instance),
      value: value(instance),
      schemas: context.failedSchemas ?? [],
    });
  }

  afterSchema(location: string, instance: JsonNode, context: Recording, valid: boolean): void {
    const keywords = context.failedKeywords ?? [];
    context.failedKeywords = undefined;
    if (valid) return;
    const compiled = context.ast[location];
    const failed: FailedSchema = {
      location,
      path: pathOf(instance),
      value: value(instance),
      never: compiled === false,
      names: Array.isArray(compiled) ? namesOf(compiled) : [],
      keywords,
    };
    context.failedSchemas ??= [];
    context.failedSchemas.push(failed);
    this.root = failed;
  }
}

function namesOf(nodes: readonly (readonly unknown[])[]): string[] {
  const properties = nodes.find(([id]) => id === "https://json-schema.org/keyword/properties")?.[2];
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function pathOf(instance: JsonNode): string {
  return decodeURI(uri(instance).replace(/^[^#]*#?/, ""));
}
