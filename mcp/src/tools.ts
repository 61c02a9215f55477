import type { Tool } from "@modelcontextprotocol/server";
import type { Loss } from "@runa/engine/schema";
import type { DeliveryResult, OutputSession } from "@runa/engine/session";
import { type About, acceptedResult, refusedResult, type ToolResult, type Violation } from "./call-result.ts";
import { instructions } from "./instructions.ts";
import { type OutputTool, outputTool } from "./output-tool.ts";
import { type OwnTool, ownTools, readOwnToolCall } from "./own-tools.ts";
import { toolNames } from "./tool-name.ts";

/** A tool call as it came in. */
export interface ToolCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What parsing the arguments has lost, by pointer into them. */
  readonly losses: readonly Loss[];
}

/** A session as tools: what is offered, and what a call of it comes to. */
export interface OfferedTools {
  readonly list: readonly Tool[];
  readonly instructions: string;
  has(name: string): boolean;
  /** Carries out one call; what the model can mend is a result with `isError`. */
  call(call: ToolCall): Promise<ToolResult>;
}

const BAD_ARGUMENTS = "the arguments are not what the tool takes";

/**
 * The tools of a session: one per output type, and the server's own.
 * @throws UnservableError when a type's schema leaves no room for the arguments of a tool
 */
export function offeredTools(session: OutputSession): OfferedTools {
  // A type can be offered under two duties; the first in the session's order is the stronger one.
  const outputs = session.outputs.filter(
    ({ artifactType }, index, all) => all.findIndex((other) => other.artifactType === artifactType) === index,
  );
  const names = toolNames(outputs.map(({ artifactType }) => artifactType));
  const scoped = session.workUnit !== null;
  const tools = new Map<string, OutputTool>();
  for (const output of outputs) {
    const name = names.get(output.artifactType) ?? output.artifactType;
    tools.set(name, outputTool(name, output, { scoped }));
  }
  const own = ownTools(session, new Set(tools.keys()));
  return {
    list: [...[...tools.values()].map(({ tool }) => tool), ...[...own.values()].map(({ tool }) => tool)],
    instructions: instructions(session, names, own.keys()),
    has: (name) => tools.has(name) || own.has(name),
    async call(call) {
      const output = tools.get(call.name);
      if (output !== undefined) return deliver(session, output, call);
      const ownTool = own.get(call.name);
      if (ownTool !== undefined) return callOwn(session, ownTool, call);
      throw new RangeError(`no tool '${call.name}' is offered`);
    },
  };
}

async function deliver(session: OutputSession, tool: OutputTool, { args, losses }: ToolCall): Promise<ToolResult> {
  const { artifactType } = tool.output;
  const read = tool.read(args, losses);
  if (read.kind === "refused") {
    session.noteRefusal(BAD_ARGUMENTS, read.violations, artifactType);
    return refusedResult({ artifactType }, BAD_ARGUMENTS, read.violations);
  }
  const { instanceId, artifact, notes } = read;
  const result = await session.deliver(artifactType, instanceId, artifact);
  return answer(result, { artifactType, instanceId }, notes, tool.pointer);
}

async function callOwn(session: OutputSession, { call }: OwnTool, { args }: ToolCall): Promise<ToolResult> {
  const read = readOwnToolCall(session, args);
  if (!("artifactType" in read)) {
    session.noteRefusal(BAD_ARGUMENTS, read);
    return refusedResult({}, BAD_ARGUMENTS, read);
  }
  return answer(await call(session, read), read, [], (path) => path);
}

function answer(
  result: DeliveryResult,
  about: About,
  notes: readonly string[],
  pointer: (path: string) => string,
): ToolResult {
  if (result.kind !== "refused") return acceptedResult(result, notes);
  const violations = result.violations.map(
    ({ path, expected, got }): Violation => ({ path: pointer(path), expected, got }),
  );
  return refusedResult(about, result.reason, violations);
}
