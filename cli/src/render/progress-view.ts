import { type Candidate, durationText, type ExecutionEvent, type OpenAttempt, visible } from "@runa/engine";
import { type EndedAttempt, outcomeText } from "@runa/engine/attempts";
import type { Handled, InterruptReaction } from "@runa/engine/process";
import type { NoticeRecord } from "../output/notices.ts";
import { holderText } from "./attempt-view.ts";
import { candidateName } from "./candidate-name.ts";
import { err } from "./style.ts";

/** The candidate's name. */
export function nameOf({ protocol, workUnit }: Candidate): string {
  return candidateName(protocol.name, workUnit);
}

/** A duration in seconds, as progress and tables show it: `0.4 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** How progress is told. */
export interface ProgressStyle {
  /** Each line that goes on with what one before it tells of begins with the protocol. */
  readonly prefixed: boolean;
  /** The flags that put a suggested command into the same project. */
  readonly project: string;
}

/** The lines of progress that tell of an event. */
export function progressText(event: ExecutionEvent, style: ProgressStyle): string[] {
  switch (event.kind) {
    case "attempt_started":
      return [`${err("cyan", "▶")} ${nameOf(event.candidate)}${event.tries > 1 ? `  try ${event.tries}` : ""}`];
    case "attempt_ended":
      return attemptEndText(event.report, event.retryIn, style);
    case "attempt_adopted":
      return [
        `${err("yellow", "…")} ${nameOf(event.candidate)}: its runa died, its agent (pid ${event.pid}) is still at work; waiting for it`,
      ];
    case "attempt_abandoned":
      return [
        `${err("yellow", "…")} ${visible(event.attempt.protocol)}: its runa had died, and the methodology no longer has this protocol; abandoned`,
      ];
    case "not_offered":
      return [`${err("red", "✗")} ${nameOf(event.candidate)}  not started: ${visible(event.reason)}`];
    case "not_locked":
      return [`${err("yellow", "warning:")} ${visible(event.problem)}`];
    case "waiting":
      return event.attempts.map((attempt) => `${err("yellow", "…")} waiting for ${holderText(attempt, style)}`);
  }
}

/** The records of an event, each with its text; attempts that start and end are the engine's own to tell of. */
export function progressRecords(event: ExecutionEvent): (readonly [string, NoticeRecord])[] {
  switch (event.kind) {
    case "attempt_started":
      return [];
    case "attempt_ended": {
      const { id, superseded } = event.report;
      const ofAttempt = (outcome: "started" | "succeeded", operation: string): NoticeRecord => ({
        level: "info",
        operation,
        outcome,
        fields: { attempt: id },
      });
      return [
        ...superseded.map((one) => [`superseded ${one.type}/${one.id}`, ofAttempt("succeeded", "supersede")] as const),
        ...(event.retryIn === null
          ? []
          : [[`tries again in ${durationText(event.retryIn)}`, ofAttempt("started", "retry")] as const]),
      ];
    }
    case "attempt_adopted":
      return [
        [
          "its runa died, its agent is still at work; waiting for it",
          about("adopt", "started", event.attempt, { pid: event.pid }),
        ],
      ];
    case "attempt_abandoned":
      return [
        [
          "its runa had died, and the methodology no longer has this protocol; abandoned",
          about("abandon", "succeeded", event.attempt),
        ],
      ];
    case "not_offered": {
      const { protocol, workUnit } = event.candidate;
      const fields = { protocol: protocol.name, ...(workUnit === null ? {} : { work_unit: workUnit }) };
      return [[`not started: ${event.reason}`, { level: "warn", operation: "attempt", outcome: "failed", fields }]];
    }
    case "not_locked":
      return [[event.problem, { level: "warn", operation: "lockfile", outcome: "failed" }]];
    case "waiting":
      return event.attempts.map((attempt) => [
        "waiting for an attempt of another runa",
        about("wait", "started", attempt),
      ]);
  }
}

function about(
  operation: string,
  outcome: "started" | "succeeded",
  { id, protocol, workUnit }: OpenAttempt,
  more: NoticeRecord["fields"] = {},
): NoticeRecord {
  const fields = { attempt: id, protocol, ...(workUnit === null ? {} : { work_unit: workUnit }), ...more };
  return { level: operation === "wait" ? "info" : "warn", operation, outcome, fields };
}

/**
 * What a signal to runa comes to.
 * @param running how many agents run
 */
export function interruptText(reaction: InterruptReaction, signal: Handled, running: number): string {
  const label = err("yellow", `${signal}:`);
  if (running === 0) return `${label} nothing is running here: ends now`;
  const one = running === 1;
  switch (reaction) {
    case "boundary":
      return one
        ? `${label} the running attempt ends first and nothing more starts; Ctrl-C again kills it`
        : `${label} the ${running} running attempts end first and nothing more starts; Ctrl-C again kills them`;
    case "stop":
      return one
        ? `${label} the agent is told to end and killed if it does not; once more kills it at once`
        : `${label} the ${running} agents are told to end and killed if they do not; once more kills them at once`;
    case "kill":
      return `${label} ${one ? "the agent is" : `the ${running} agents are`} killed`;
  }
}

/** Whether an attempt delivered everything, however it ended. Where nothing is owed that says nothing. */
export function deliveredAll({ candidate, judged }: Pick<EndedAttempt, "candidate" | "judged">): boolean {
  const { produces, choices } = candidate.protocol;
  return judged?.id === "delivered" && (produces.length > 0 || choices.length > 0);
}

function attemptEndText(report: EndedAttempt, retryIn: number | null, { prefixed }: ProgressStyle): string[] {
  const { candidate, outcome, delivered, superseded, end, duration, adopted } = report;
  const name = nameOf(candidate);
  const time = seconds(duration);
  const [reason = "", ...details] = outcomeText(outcome);
  const further = (line: string) => (prefixed ? `  ${name}: ${line}` : `  ${line}`);
  const left = end.swept.map(({ pid, name, signal }) =>
    further(`ended ${visible(name)} (pid ${pid}), which it had left, with ${signal}`),
  );
  const failed = outcome.id !== "delivered";
  if (adopted && failed)
    return [
      `${err("yellow", "…")} ${name}: its runa had died; ${outcome.id}: ${[reason, ...details].join("; ")}`,
      ...left,
    ];
  if (!failed) {
    const what =
      delivered.length === 0
        ? "nothing was owed"
        : delivered.map(({ type, id }) => `${visible(type)}/${visible(id)}`).join(", ");
    return [
      `${err("green", "✓")} ${name}  ${time}  ${what}${outcome.ended === undefined ? "" : ` (${reason})`}`,
      ...superseded.map(({ type, id }) => further(`superseded ${visible(type)}/${visible(id)}`)),
      ...left,
    ];
  }
  return [
    `${err("red", "✗")} ${name}  ${time}  ${outcome.id}: ${reason}`,
    ...details.map(further),
    ...(deliveredAll(report) ? [further("everything it owes had been delivered all the same")] : []),
    ...left,
    ...(retryIn === null ? [] : [further(`tries again in ${durationText(retryIn)}`)]),
  ];
}
