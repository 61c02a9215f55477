import type { Tool } from "@modelcontextprotocol/server";
import type { JsonSchema } from "@runa/engine";
import { escapedStep, type Loss, lossesOf, MAX_DEPTH } from "@runa/engine/schema";
import { lossViolation, type OfferedOutput } from "@runa/engine/session";
import { DELIVERY_ANNOTATIONS, RESULT_SCHEMA, type Violation } from "./call-result.ts";
import { decodeStrings, NestingError } from "./decode-strings.ts";
import { mcpUnservable } from "./messages.ts";
import {
  ARTIFACT,
  INSTANCE_ID,
  type InputSchema,
  inputSchema,
  rulesText,
  UnservableError,
  WORK_UNIT,
} from "./schema/input-schema.ts";

/** What a call's arguments come to: a delivery to make, or what is wrong with them. */
export type ReadArguments =
  | {
      readonly kind: "delivery";
      readonly instanceId: string;
      readonly artifact: unknown;
      readonly notes: readonly string[];
    }
  | { readonly kind: "refused"; readonly violations: readonly Violation[] };

/** The tool that delivers one output type. */
export interface OutputTool {
  readonly output: OfferedOutput;
  readonly tool: Tool;
  /** What the arguments of a call mean; `losses` is what parsing them has lost, by pointer into the arguments. */
  read(args: Readonly<Record<string, unknown>>, losses: readonly Loss[]): ReadArguments;
  /** A pointer into the artifact as a pointer into the arguments. */
  pointer(path: string): string;
}

// Some model APIs cut or refuse a longer one.
const MAX_DESCRIPTION = 1000;
const MAX_SHOWN = 80;

/**
 * The tool of an output type (contract.md section 8).
 * @throws UnservableError when its schema has a property `instance_id` of its own; the message says which type
 */
export function outputTool(name: string, output: OfferedOutput, session: { scoped: boolean }): OutputTool {
  const { artifactType, schema } = output;
  let input: InputSchema;
  try {
    input = inputSchema(schema, session);
  } catch (error) {
    if (error instanceof UnservableError) throw new UnservableError(mcpUnservable(artifactType, error.message));
    throw error;
  }
  return {
    output,
    tool: {
      name,
      ...(typeof schema === "object" && typeof schema.title === "string" ? { title: schema.title } : {}),
      description: describe(output, input),
      inputSchema: input.json as Tool["inputSchema"],
      outputSchema: RESULT_SCHEMA,
      annotations: DELIVERY_ANNOTATIONS,
      _meta: {
        "runa/duty": { ...output.duty, artifact_type: artifactType },
        // What the shape could not say, for clients that can read a whole schema.
        ...(input.exact ? {} : { "runa/schema": schema }),
      },
    },
    read: (args, losses) => read(args, losses, schema, input),
    pointer: (path) => (input.wrapped ? `/${ARTIFACT}${path}` : path),
  };
}

function describe({ artifactType, schema }: OfferedOutput, { rules }: InputSchema): string {
  const own = typeof schema === "object" && typeof schema.description === "string" ? schema.description : "";
  const text =
    own || `Delivers one '${artifactType}': it is checked against the type's schema and written whole, or refused.`;
  if (rules.length === 0) return text;
  const whole = `${text}\n\n${rulesText(rules)}`;
  // The input schema's own description always holds the rules in full.
  return whole.length <= MAX_DESCRIPTION ? whole : `${text}\n\nFurther rules stand in the input schema's description.`;
}

function read(
  args: Readonly<Record<string, unknown>>,
  losses: readonly Loss[],
  schema: JsonSchema,
  input: InputSchema,
): ReadArguments {
  const { [INSTANCE_ID]: instanceId, ...rest } = args;
  const violations: Violation[] = [];
  if (typeof instanceId !== "string")
    violations.push(violation(`/${INSTANCE_ID}`, "a string that names the instance", instanceId));
  if (input.wrapped) {
    if (!Object.hasOwn(rest, ARTIFACT)) violations.push(violation(`/${ARTIFACT}`, "the artifact", undefined));
    for (const key of Object.keys(rest))
      if (key !== ARTIFACT)
        violations.push(violation(`/${escapedStep(key)}`, `no argument but ${INSTANCE_ID} and ${ARTIFACT}`, rest[key]));
  }
  const prefix = input.wrapped ? `/${ARTIFACT}` : "";
  let artifact: unknown = input.wrapped ? rest[ARTIFACT] : rest;
  const lost = [...losses];
  try {
    const { value, decoded } = decodeStrings(artifact, schema, input.refs);
    artifact = value;
    for (const { path, text } of decoded)
      for (const loss of lossesOf(text)) lost.push({ ...loss, path: prefix + path + loss.path });
  } catch (error) {
    if (!(error instanceof NestingError)) throw error;
    violations.push({ path: prefix, expected: `at most ${MAX_DEPTH} levels of nesting`, got: "more" });
  }
  violations.push(...lost.map(lossViolation));
  if (violations.length > 0 || typeof instanceId !== "string") return { kind: "refused", violations };
  return { kind: "delivery", instanceId, artifact, notes: input.wrapped ? [] : extras(rest, input) };
}

/** What the call brought along that the schema lets pass without naming it. */
function extras(args: Readonly<Record<string, unknown>>, { json, rules }: InputSchema): readonly string[] {
  const named = Object.keys(json.properties).filter((name) => name !== INSTANCE_ID);
  const open = rules.length === 0 && json.patternProperties === undefined && json.additionalProperties === undefined;
  if (named.length === 0 || !open) return [];
  return Object.keys(args)
    .filter((name) => !named.includes(name) && name !== WORK_UNIT)
    .map((name) => `the schema names no property ${JSON.stringify(name)}; it was kept as it came`);
}

function violation(path: string, expected: string, value: unknown): Violation {
  const json = value === undefined ? "nothing" : JSON.stringify(value);
  return { path, expected, got: json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN - 1)}…` : json };
}
