import type { Violation } from "@runa/store";
import { count } from "../count.ts";
import { durationText } from "../duration.ts";
import { visible } from "../visible.ts";
import type { Limit, Outcome, Silence } from "./outcome.ts";

/** Shown to people of many violations; the rest is counted. */
const SHOWN = 20;

/**
 * An outcome's reason in words: the first line says what happened, the others the details.
 * @param shown how many violations are written out; all of them for an agent that is to mend them
 */
export function outcomeText(outcome: Outcome, shown = SHOWN): string[] {
  switch (outcome.id) {
    case "abandoned":
      return [
        outcome.released
          ? "it was released, or another runa took it over, before its agent had ended"
          : "its runa died, and its agent ended without delivering everything",
      ];
    case "delivered":
      return [`everything it owes was delivered${unusualEnd(outcome.ended)}`];
    case "not_started":
      return [notStarted(outcome)];
    case "interrupted":
      return [`stopped by ${outcome.signal}`];
    case "timed_out":
      return [limitText(outcome.limit)];
    case "signalled":
      return [`the agent was killed by ${outcome.signal}`];
    case "exited":
      return [`the agent ended with exit code ${outcome.code}`];
    case "invalid_output":
      return [
        `${count(outcome.outputs.length, "output")} not valid`,
        ...outcome.outputs.flatMap(({ type, id, violations }) => [
          `${visible(type)}/${visible(id)}`,
          ...violationLines(violations, shown),
        ]),
      ];
    case "choice_unmet":
      return outcome.choices.flatMap(({ group, members, delivered }) =>
        delivered.length === 0
          ? [
              `delivered none of ${members.map(visible).join(", ")} (choice '${visible(group)}')`,
              ...silenceText(outcome.silence, shown),
            ]
          : [`delivered ${delivered.map(visible).join(" and ")}: of choice '${visible(group)}' exactly one is wanted`],
      );
    case "not_delivered":
      return [`not delivered: ${outcome.types.map(visible).join(", ")}`, ...silenceText(outcome.silence, shown)];
    default:
      return unreachable(outcome);
  }
}

function notStarted({ command, errno, table, problem }: Outcome & { id: "not_started" }): string {
  const what = `the agent '${visible(command)}' could not be started (${errno})`;
  if (problem !== undefined) return `${what}: ${visible(problem)}`;
  const where = `command of ${visible(table)} in the config`;
  if (errno === "EACCES" && command.includes("/"))
    return `${what}: it is not executable: \`chmod +x ${visible(command)}\`, or correct the ${where}`;
  return `${what}: correct the ${where}${errno === "ENOENT" ? ", or install it" : ""}`;
}

function unusualEnd(ended: (Outcome & { id: "delivered" })["ended"]): string {
  switch (ended) {
    case undefined:
      return "";
    case "settled":
      return "; it was silent after that and was ended";
    case "exit_code_unknown":
      return "; its runa had died, so its exit code is unknown";
  }
}

function limitText({ kind, amount }: Limit): string {
  switch (kind) {
    case "wall":
      return `it ran for ${durationText(amount)}, its timeout`;
    case "idle":
      return `no output and no tool call for ${durationText(amount)}, its idle_timeout`;
    case "output":
      return `it wrote more than ${(amount / 1e6).toLocaleString("en", { maximumFractionDigits: 3 })} MB of output, its output_limit`;
  }
}

function silenceText(silence: Silence | null, shown: number): string[] {
  switch (silence?.kind) {
    case undefined:
      return [];
    case "server_never_started":
      return ["the agent never started the MCP server in RUNA_MCP_CONFIG"];
    case "server_failed":
      return [
        "the agent started the MCP server, which could not serve:",
        ...firstOf(silence.reason.split("\n"), shown),
      ];
    case "no_tool_called":
      return ["the agent started the MCP server and called no tool"];
    case "nothing_left":
      return ["the agent called tools, and nothing that it delivered is there"];
    case "other_delivered":
      return [];
    case "calls_refused":
      return [
        `${count(silence.count, "call was", "calls were")} refused${silence.last === null ? "" : `, the last because ${visible(silence.last.reason)}`}`,
        ...firstOf(
          (silence.last?.violations ?? []).map(
            ({ path, expected }) => `${path || "the artifact"}: expected ${expected}`,
          ),
          shown,
        ),
      ];
    default:
      return unreachable(silence);
  }
}

/** Violations as lines, the first of many with a count of the rest. */
export function violationLines(violations: readonly Violation[], shown = SHOWN): string[] {
  return firstOf(
    violations.map(({ message }) => message),
    shown,
  );
}

function firstOf(messages: readonly string[], shown: number): string[] {
  const lines = messages.slice(0, shown).map((message) => `  ${visible(message)}`);
  return messages.length > shown ? [...lines, `  … and ${messages.length - shown} more`] : lines;
}

/** Does not compile while a case is missing. */
function unreachable(value: never): never {
  throw new Error(`no text for ${JSON.stringify(value)}`);
}
