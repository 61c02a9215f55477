import { type Outcome, type Silence, type Violation, visible } from "@runa/engine";
import { count } from "./style.ts";

/** Shown of many violations; the rest is counted. */
const SHOWN = 20;

/** An outcome's reason for people: the first line says what happened, the others the details. */
export function outcomeText(outcome: Outcome): string[] {
  switch (outcome.id) {
    case "abandoned":
      return ["its runa died, and its agent ended without delivering everything"];
    case "delivered":
      return ["everything it owes was delivered"];
    case "not_started":
      return [
        `the agent '${visible(outcome.command)}' could not be started (${outcome.errno}): correct [agent] command in the config`,
      ];
    case "interrupted":
      return [`stopped by ${outcome.signal}`];
    case "signalled":
      return [`the agent was killed by ${outcome.signal}`];
    case "exited":
      return [`the agent ended with exit code ${outcome.code}`];
    case "invalid_output":
      return [
        `${count(outcome.outputs.length, "output")} not valid`,
        ...outcome.outputs.flatMap(({ type, id, violations }) => [
          `${visible(type)}/${visible(id)}`,
          ...violationLines(violations),
        ]),
      ];
    case "choice_unmet":
      return outcome.choices.flatMap(({ group, members, delivered }) =>
        delivered.length === 0
          ? [
              `delivered none of ${members.map(visible).join(", ")} (choice '${visible(group)}')`,
              ...silenceText(outcome.silence),
            ]
          : [`delivered ${delivered.map(visible).join(" and ")}: of choice '${visible(group)}' exactly one is wanted`],
      );
    case "not_delivered":
      return [`not delivered: ${outcome.types.map(visible).join(", ")}`, ...silenceText(outcome.silence)];
    default:
      return unreachable(outcome);
  }
}

function silenceText(silence: Silence): string[] {
  switch (silence.kind) {
    case "server_never_started":
      return ["the agent never started the MCP server in RUNA_MCP_CONFIG"];
    case "no_tool_called":
      return ["the agent started the MCP server and called no tool"];
    case "other_delivered":
      return [];
    case "calls_refused":
      return [
        `${count(silence.count, "call was", "calls were")} refused${silence.last === null ? "" : `, the last because ${visible(silence.last.reason)}`}`,
        ...firstOf(
          (silence.last?.violations ?? []).map(
            ({ path, expected }) => `${path || "the artifact"}: expected ${expected}`,
          ),
        ),
      ];
    default:
      return unreachable(silence);
  }
}

/** Violations as lines, the first 20 of many with a count. */
export function violationLines(violations: readonly Violation[]): string[] {
  return firstOf(violations.map(({ message }) => message));
}

function firstOf(messages: readonly string[]): string[] {
  const lines = messages.slice(0, SHOWN).map((message) => `  ${visible(message)}`);
  return messages.length > SHOWN ? [...lines, `  … and ${messages.length - SHOWN} more`] : lines;
}

/** Does not compile while a case is missing. */
function unreachable(value: never): never {
  throw new Error(`no text for ${JSON.stringify(value)}`);
}
