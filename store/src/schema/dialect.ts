import type { JsonSchema } from "../artifact.ts";

/** The dialects of JSON Schema that runa knows. */
export type Dialect = "draft-04" | "draft-06" | "draft-07" | "2019-09" | "2020-12";

const DIALECTS: Readonly<Record<string, Dialect>> = {
  "http://json-schema.org/draft-04/schema": "draft-04",
  "http://json-schema.org/draft-06/schema": "draft-06",
  "http://json-schema.org/draft-07/schema": "draft-07",
  "http://json-schema.org/schema": "2020-12",
  "https://json-schema.org/schema": "2020-12",
  "https://json-schema.org/draft/2019-09/schema": "2019-09",
  "https://json-schema.org/draft/2020-12/schema": "2020-12",
};

/** A schema that cannot be used, with what is wrong and where in it. */
export class SchemaError extends Error {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  constructor(reason: string, pointer: string) {
    super(reason);
    this.pointer = pointer;
  }
}

/**
 * The dialect that a schema declares; draft 2020-12 without a `$schema` (contract.md section 2).
 * @throws SchemaError when `$schema` names a dialect that runa does not know
 */
export function dialectOf(schema: JsonSchema): Dialect {
  const declared = typeof schema === "object" ? schema.$schema : undefined;
  if (declared === undefined) return "2020-12";
  const dialect =
    typeof declared === "string"
      ? DIALECTS[
          declared.replace(/#$/, "").replace(/^https:\/\/json-schema\.org\/draft-0/, "http://json-schema.org/draft-0")
        ]
      : undefined;
  if (dialect !== undefined) return dialect;
  throw new SchemaError(
    `unknown dialect ${JSON.stringify(declared)}: use one of ${Object.keys(DIALECTS)
      .filter((uri) => uri.includes("draft"))
      .join(", ")}`,
    "/$schema",
  );
}
