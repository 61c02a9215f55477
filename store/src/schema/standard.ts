import { removeUriSchemePlugin } from "@hyperjump/browser";
import "@hyperjump/json-schema/draft-04";
import "@hyperjump/json-schema/draft-06";
import "@hyperjump/json-schema/draft-07";
import "@hyperjump/json-schema/draft-2019-09";
import {
  InvalidSchemaError,
  registerSchema,
  setMetaSchemaOutputFormat,
  setShouldValidateFormat,
  unregisterSchema,
} from "@hyperjump/json-schema/draft-2020-12";
import { BASIC, type CompiledSchema, compile, getSchema, interpret } from "@hyperjump/json-schema/experimental";
import * as Instance from "@hyperjump/json-schema/instance/experimental";
import type { JsonSchema } from "../artifact.ts";
import { escapedStep } from "../json/pointer.ts";
import {
  schemaBadReference,
  schemaDeadReference,
  schemaInvalidSomewhere,
  schemaRemoteReference,
  schemaTakenId,
} from "../messages.ts";
import { type Dialect, dialectUri, SchemaError, withoutDialect } from "./dialect.ts";
import { pointedAt } from "./exactness.ts";
import { type FailedSchema, FailureRecorder } from "./failure-recorder.ts";
import { KEYWORDS } from "./keywords.ts";
import { asWritten, prepared } from "./prepared.ts";
import { exactInstance, useExactKeywords } from "./standard-keywords.ts";

// Nothing is ever fetched, neither from the network nor from the disk.
for (const scheme of ["http", "https", "file"]) removeUriSchemePlugin(scheme);
setMetaSchemaOutputFormat(BASIC);
// An annotation in every dialect, but for those whose metaschema has the vocabulary that asserts it.
setShouldValidateFormat(false);
useExactKeywords();

/** Schemas that others may refer to, by URI: only tests have any. */
export type Resources = ReadonlyMap<string, JsonSchema>;

/** A schema compiled by the validator that follows the whole standard. */
export interface StandardValidator {
  /** @param exact the value with exact numbers, where doubles do not hold all of it */
  accepts(value: unknown, exact?: unknown): boolean;
  /** What failed, as a tree of schemas and keywords; null when the value is valid. */
  explain(value: unknown, exact?: unknown): FailedSchema | null;
}

let made = 0;

/**
 * Compiles a schema of any dialect, which may hold exact numbers. Asynchronous, because the library is.
 * @throws SchemaError
 */
export async function compileStandard(
  schema: JsonSchema,
  dialect: Dialect | null,
  resources: Resources,
): Promise<StandardValidator> {
  const uri = `https://runa.invalid/${++made}`;
  const usual = dialectUri(dialect ?? "2020-12");
  const registered: string[] = [];
  const register = (resource: JsonSchema, at: string) => {
    registerSchema(prepared(resource, at, dialect) as never, at, usual);
    registered.push(at);
  };
  // Only a dialect of its own can assert formats.
  if (dialect === null) await import("@hyperjump/json-schema/formats");
  let compiled: CompiledSchema;
  try {
    for (const [at, resource] of resources) register(resource, at);
    // Without `$schema`: the library knows each dialect by one spelling of its URI only.
    register(dialect === null ? schema : withoutDialect(schema), uri);
    compiled = await compile(await getSchema(uri));
  } catch (error) {
    throw unusable(error, schema);
  } finally {
    for (const at of registered) unregisterSchema(at);
  }
  return {
    accepts: (value, exact) => interpret(compiled, instanceOf(value, exact)).valid,
    explain: (value, exact) => {
      const recorder = new FailureRecorder();
      const { valid } = interpret(compiled, instanceOf(value, exact), { plugins: [recorder] } as never);
      return valid ? null : recorder.root;
    },
  };
}

function instanceOf(value: unknown, exact: unknown): Instance.JsonNode {
  return exact === undefined ? Instance.fromJs(value as never) : exactInstance(exact, value);
}

/** What the library says, in words for whoever wrote the schema, with the place of the reference that is meant. */
function unusable(error: unknown, schema: JsonSchema): SchemaError {
  if (error instanceof InvalidSchemaError) return new SchemaError(schemaInvalidSomewhere(), "");
  const message = error instanceof Error ? error.message : String(error);
  const malformed = /^Invalid IRI-reference: (.*)$/.exec(message)?.[1];
  if (malformed !== undefined) {
    const pointer = pointerToReference(schema, malformed) ?? "";
    return new SchemaError(schemaBadReference(pointer.slice(pointer.lastIndexOf("/") + 1), malformed), pointer);
  }
  const taken = /^A schema has already been registered for '([^']*)\./.exec(message)?.[1];
  if (taken !== undefined) return new SchemaError(schemaTakenId(taken), pointerToReference(schema, taken) ?? "");
  const found = /(?:Unable to load resource|No schema found at|No such anchor) '([^']*)'/.exec(message)?.[1];
  const named = found === undefined ? deadPointer(schema, schema) : asWritten(found);
  if (named === null) return new SchemaError(message, "");
  const own = named.startsWith("#") ? named : /^https:\/\/runa\.invalid\/\d*(.*)$/.exec(named)?.[1];
  const reason = own === undefined ? schemaRemoteReference(named) : schemaDeadReference(own);
  return new SchemaError(reason, pointerToReference(schema, own ?? named) ?? "");
}

/** The first `$ref` that is a pointer into the schema and leads nowhere; null where each leads somewhere. */
function deadPointer(part: unknown, schema: JsonSchema): string | null {
  if (typeof part !== "object" || part === null) return null;
  for (const [key, value] of Object.entries(part)) {
    if (key === "$ref" && typeof value === "string" && value.startsWith("#/") && pointedAt(schema, value) === undefined)
      return value;
    const below = deadPointer(value, schema);
    if (below !== null) return below;
  }
  return null;
}

/** The JSON pointer of the first reference with this text; null where there is none. */
function pointerToReference(schema: unknown, reference: string): string | null {
  if (typeof schema !== "object" || schema === null) return null;
  for (const [key, value] of Object.entries(schema)) {
    const step = `/${escapedStep(key)}`;
    if (value === reference && KEYWORDS.get(key)?.holds === "uri") return step;
    const below = pointerToReference(value, reference);
    if (below !== null) return step + below;
  }
  return null;
}
