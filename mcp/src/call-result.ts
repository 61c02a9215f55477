import type { CallToolResult, Tool } from "@modelcontextprotocol/server";
import type { DeliveryResult } from "@runa/engine/session";

/** One way in which a call is not what it should be, as the client sees it. */
export interface Violation {
  /** JSON pointer into the call's arguments. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Which artifact a result is about, as far as the call said. */
export interface About {
  readonly artifactType?: string;
  readonly instanceId?: string;
}

/** A tool result with its structured content, which fits `RESULT_SCHEMA`. */
export interface ToolResult extends CallToolResult {
  readonly structuredContent: Readonly<Record<string, unknown>> & { readonly status: string; readonly reason?: string };
}

type Accepted = Exclude<DeliveryResult, { kind: "refused" }>;

/** What every tool says of itself: it writes, it destroys nothing, again is as good as once, and it stays in the project. */
export const DELIVERY_ANNOTATIONS = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const satisfies Tool["annotations"];

const text = { type: "string" };

/** The shape of every result's `structuredContent`: of what was done and, because clients check both, of what was refused. */
export const RESULT_SCHEMA = {
  type: "object",
  properties: {
    status: { type: "string", enum: ["delivered", "confirmed", "withdrawn", "refused"] },
    artifact_type: text,
    instance_id: text,
    path: { type: "string", description: "The artifact's file." },
    content_hash: text,
    still_owed: { type: "array", items: text, description: "What is left to deliver; empty when nothing is." },
    notes: { type: "array", items: text },
    reason: text,
    violations: {
      type: "array",
      items: {
        type: "object",
        properties: { path: text, expected: text, got: text },
        required: ["path", "expected", "got"],
      },
    },
    violation_count: { type: "integer", description: "How many there are, also where not all are listed." },
  },
  required: ["status"],
} satisfies Tool["outputSchema"];

// A broken list of a million items would make an answer that no model can read.
const MAX_LISTED = 20;

/** The result of a delivery, confirmation or withdrawal that was made. */
export function acceptedResult(result: Accepted, notes: readonly string[]): ToolResult {
  const { kind, artifactType, instanceId, stillOwed } = result;
  const lines = [
    `${kind === "delivered" ? "Delivered" : kind === "confirmed" ? "Confirmed" : "Withdrew"} ${artifactType} '${instanceId}' (${result.path}).`,
    ...notes.map((note) => `Note: ${note}.`),
    stillOwed.length > 0
      ? `Still owed: ${stillOwed.join("; ")}.`
      : "Nothing more is owed: you are done when your work is.",
  ];
  return {
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: {
      status: kind,
      artifact_type: artifactType,
      instance_id: instanceId,
      path: result.path,
      content_hash: result.contentHash,
      still_owed: [...stillOwed],
      ...(notes.length > 0 ? { notes: [...notes] } : {}),
    },
  };
}

/** The result of a call that was refused, with everything that has to be mended before it is made again. */
export function refusedResult(about: About, reason: string, violations: readonly Violation[]): ToolResult {
  const listed = violations.slice(0, MAX_LISTED).map(({ path, expected, got }) => ({ path, expected, got }));
  const more = violations.length - listed.length;
  const lines = [
    `Refused, nothing was written: ${reason}.`,
    ...listed.map(
      ({ path, expected, got }) => `- ${path === "" ? "(the artifact)" : path}: expected ${expected}, got ${got}`,
    ),
    ...(more > 0 ? [`… and ${more} more.`] : []),
    ...(violations.length > 0 ? ["Mend every one of these and call the tool again."] : []),
  ];
  return {
    isError: true,
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: {
      status: "refused",
      ...(about.artifactType === undefined ? {} : { artifact_type: about.artifactType }),
      ...(about.instanceId === undefined ? {} : { instance_id: about.instanceId }),
      reason,
      violations: listed,
      violation_count: violations.length,
    },
  };
}
