import type { EventBody, Json, OutcomeId } from "@runa/store";
import type { Limit, Outcome, Silence, UnusualEnd } from "../attempt/outcome.ts";
import { outcomeText } from "../attempt/outcome-text.ts";
import { count } from "../count.ts";

/**
 * How an attempt ended, in the words of `outcomeText`, as far as an `attempt_ended` event tells. Empty where it tells no
 * more than the outcome's name. Rows may have been written by another runa, or edited by hand.
 */
export function loggedOutcomeText(body: EventBody): string[] {
  const { outcome, errno } = body;
  if (outcome === "not_started") return typeof errno === "string" ? [`the agent could not be started (${errno})`] : [];
  if (outcome === "invalid_output") return invalidOutputs(body);
  const told = outcomeIn(body);
  if (told === null) return [];
  return outcomeText(told)
    .filter((line) => line.trim() !== "")
    .map((line) => line.replace(/:$/, ""));
}

/** What `loggedOutcome` made this of; null where nothing of it can be told. */
function outcomeIn(body: EventBody): Outcome | null {
  const { signal, limit, amount, code, ended } = body;
  switch (body.outcome as OutcomeId) {
    case "interrupted":
    case "signalled":
      return typeof signal === "string"
        ? { id: body.outcome as "interrupted" | "signalled", signal: signal as NodeJS.Signals }
        : null;
    case "timed_out":
      return isOneOf(limit, LIMITS) && typeof amount === "number"
        ? { id: "timed_out", limit: { kind: limit, amount } }
        : null;
    case "exited":
      return typeof code === "number" ? { id: "exited", code } : null;
    case "choice_unmet": {
      const choices = list(body.choices)
        .map(members)
        .map(({ name, members: all, delivered }) => ({
          group: String(name ?? ""),
          members: names(all),
          delivered: names(delivered),
        }));
      return choices.length === 0 ? null : { id: "choice_unmet", choices, silence: silenceIn(body) };
    }
    case "not_delivered":
      return { id: "not_delivered", types: names(body.missing), silence: silenceIn(body) };
    case "delivered":
      return isOneOf(ended, ENDS) ? { id: "delivered", ended } : null;
    default:
      return null;
  }
}

const LIMITS: readonly Limit["kind"][] = ["wall", "idle", "output"];
const ENDS: readonly UnusualEnd[] = ["settled", "exit_code_unknown"];

/** What a call was refused for stands in an event of its own. */
function silenceIn({ silence, calls_refused }: EventBody): Silence | null {
  switch (silence) {
    case "server_never_started":
    case "no_tool_called":
    case "nothing_left":
    case "other_delivered":
      return { kind: silence };
    case "server_failed":
      // Its words, which may tell of content, are not in the log.
      return { kind: silence, reason: "" };
    case "calls_refused":
      return { kind: silence, count: Number(calls_refused ?? 0), last: null };
    default:
      return null;
  }
}

function invalidOutputs({ invalid, invalid_count }: EventBody): string[] {
  const outputs = list(invalid).map(members);
  return [
    `${count(Number(invalid_count ?? outputs.length), "output")} not valid`,
    ...outputs.map(({ artifact_type, instance_id, violations }) => {
      const [first] = list(violations).map(members);
      const where = first === undefined || first.path === "" ? "" : ` ${String(first.path)}`;
      return `${String(artifact_type)}/${String(instance_id)}${first === undefined ? "" : `${where} expected ${String(first.expected)}`}`;
    }),
  ];
}

function isOneOf<T extends string>(value: Json | undefined, known: readonly T[]): value is T {
  return known.some((one) => one === value);
}

function names(value: Json | undefined): string[] {
  return list(value).filter((name): name is string => typeof name === "string");
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function members(value: Json | undefined): EventBody {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as EventBody) : {};
}
