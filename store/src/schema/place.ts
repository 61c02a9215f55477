import type { JsonSchema } from "../artifact.ts";
import { escapedStep } from "../json/pointer.ts";
import { schemaBadPattern, schemaInnerDialect } from "../messages.ts";
import { SchemaError } from "./dialect.ts";
import { schemasIn } from "./exactness.ts";

/**
 * An error for a schema that a library could not use, with the place that the library does not tell: the usual causes are
 * looked for in the schema. Where none is found, the error as it is.
 */
export function placed(error: SchemaError, schema: JsonSchema): SchemaError {
  if (error.pointer !== "") return error;
  const parts = [...schemasIn(schema)];
  for (const find of [wrongPattern, innerDialect, ownVocabulary])
    for (const { schema: part, at } of parts) {
      const found = find(part, error.message, at);
      if (found !== null) return new SchemaError(found.reason, at + found.step);
    }
  return error;
}

type Part = Readonly<Record<string, unknown>>;
type Found = { readonly reason: string; readonly step: string } | null;

/** Every dialect takes regular expressions as JavaScript does with the flag `u`. */
function wrongPattern({ pattern, patternProperties }: Part, message: string): Found {
  if (!message.includes("regular expression")) return null;
  const all: [unknown, string][] = [
    [pattern, "/pattern"],
    ...Object.keys(Object(patternProperties)).map((key): [string, string] => [
      key,
      `/patternProperties/${escapedStep(key)}`,
    ]),
  ];
  for (const [source, step] of all) {
    if (typeof source !== "string") continue;
    try {
      new RegExp(source, "u");
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^.*: /s, "") : String(error);
      return { reason: schemaBadPattern(JSON.stringify(source), why), step };
    }
  }
  return null;
}

function innerDialect({ $schema }: Part, _message: string, at: string): Found {
  return typeof $schema === "string" && at !== ""
    ? {
        reason: schemaInnerDialect(JSON.stringify($schema)),
        step: "/$schema",
      }
    : null;
}

function ownVocabulary({ $vocabulary }: Part, message: string): Found {
  return $vocabulary !== undefined && message.includes("vocabulary") ? { reason: message, step: "/$vocabulary" } : null;
}
