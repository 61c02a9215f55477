import type { Tool } from "@modelcontextprotocol/server";
import { escapedStep } from "@runa/engine/schema";
import type { DeliveryResult, OutputSession } from "@runa/engine/session";
import { DELIVERY_ANNOTATIONS, RESULT_SCHEMA, type Violation } from "./call-result.ts";

/** A tool of the server itself, beside those of the output types (attempts.md section 2). */
export interface OwnTool {
  readonly tool: Tool;
  call(session: OutputSession, request: OwnToolCall): Promise<DeliveryResult>;
}

/** What both tools are called with. */
export interface OwnToolCall {
  readonly artifactType: string;
  readonly instanceId: string;
  readonly reason: string;
}

const OWN_TOOLS: readonly { name: string; title: string; description: string; call: OwnTool["call"] }[] = [
  {
    name: "confirm_unchanged",
    title: "Confirm an output as it is",
    description:
      "Counts an output that already lies there, and is still right as it is, as delivered. Read it first: " +
      "confirm only what you would write the same way again.",
    call: (session, { artifactType, instanceId, reason }) => session.confirmUnchanged(artifactType, instanceId, reason),
  },
  {
    name: "withdraw",
    title: "Withdraw an output",
    description: "Takes away an output that already lies there and no longer holds. It is moved aside, not destroyed.",
    call: (session, { artifactType, instanceId, reason }) => session.withdraw(artifactType, instanceId, reason),
  },
];

/** The server's own tools, by name, as far as the session offers them and no artifact type's tool has the name. */
export function ownTools(session: OutputSession, taken: ReadonlySet<string>): ReadonlyMap<string, OwnTool> {
  if (!session.offersOwnTools) return new Map();
  return new Map(
    OWN_TOOLS.filter(({ name }) => !taken.has(name)).map(({ call, ...about }) => [
      about.name,
      {
        tool: {
          ...about,
          inputSchema: ownInputSchema(session),
          outputSchema: RESULT_SCHEMA,
          annotations: DELIVERY_ANNOTATIONS,
        },
        call,
      },
    ]),
  );
}

/** What a call of an own tool asks for, or what is wrong with its arguments. */
export function readOwnToolCall(
  session: OutputSession,
  args: Readonly<Record<string, unknown>>,
): OwnToolCall | readonly Violation[] {
  const { artifact_type: artifactType, instance_id: instanceId, reason } = args;
  const types = session.outputs.map((output) => output.artifactType);
  const offered = typeof artifactType === "string" && types.includes(artifactType);
  if (offered && typeof instanceId === "string" && typeof reason === "string")
    return { artifactType, instanceId, reason };
  return [
    ...(offered ? [] : [wrong("artifact_type", `one of ${types.join(", ")}`, artifactType)]),
    ...(typeof instanceId === "string" ? [] : [wrong("instance_id", "a string that names the instance", instanceId)]),
    ...(typeof reason === "string" ? [] : [wrong("reason", "a string that says why", reason)]),
  ];
}

function ownInputSchema(session: OutputSession): Tool["inputSchema"] {
  return {
    type: "object",
    properties: {
      artifact_type: { type: "string", enum: [...new Set(session.outputs.map((output) => output.artifactType))] },
      instance_id: { type: "string", minLength: 1, description: "Which instance: the name of its file without .json." },
      reason: { type: "string", description: "Why, in a sentence; it is kept." },
    },
    required: ["artifact_type", "instance_id", "reason"],
    additionalProperties: false,
  };
}

function wrong(name: string, expected: string, value: unknown): Violation {
  return { path: `/${escapedStep(name)}`, expected, got: value === undefined ? "nothing" : JSON.stringify(value) };
}
