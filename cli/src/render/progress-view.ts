import {
  type AttemptReport,
  durationText,
  type ExecutionEvent,
  type Handled,
  type InterruptReaction,
  type OpenAttempt,
  outcomeText,
  visible,
  type Work,
} from "@runa/engine";
import { count, err } from "./style.ts";

/** `protocol`, or `protocol (work unit w)`. */
export function nameOf({ protocol, workUnit }: Work): string {
  return workUnit === null ? visible(protocol.name) : `${visible(protocol.name)} (work unit ${visible(workUnit)})`;
}

/** A duration in seconds, as progress and tables show it: `0.4 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The lines of progress that tell of an event. */
export function progressText(event: ExecutionEvent): string[] {
  switch (event.kind) {
    case "attempt_started":
      return [`${err("cyan", "▶")} ${nameOf(event.candidate)}${event.tries > 1 ? `  try ${event.tries}` : ""}`];
    case "attempt_ended":
      return attemptEndText(event.report, event.retryIn);
    case "attempt_adopted":
      return [
        `${err("yellow", "…")} ${nameOf(event.candidate)}: its runa died, its agent (pid ${event.pid}) is still at work; waiting for it`,
      ];
    case "attempt_abandoned":
      return [
        `${err("yellow", "…")} ${visible(event.attempt.protocol)}: its runa had died, and the methodology no longer has this protocol; abandoned`,
      ];
    case "waiting":
      return event.attempts.map((attempt) => `${err("yellow", "…")} waiting for ${holderText(attempt)}`);
  }
}

/** Who holds a candidate. */
export function holderText({ id, protocol, workUnit, owner, agent }: OpenAttempt): string {
  const unit = workUnit === null ? "" : ` (work unit ${visible(workUnit)})`;
  const worker = agent === null ? "" : `, its agent pid ${agent.pid}`;
  return `${visible(protocol)}${unit}: runa pid ${owner.pid} executes it${worker}, attempt ${id}`;
}

/** What a signal to runa comes to. */
export function interruptText(reaction: InterruptReaction, signal: Handled): string {
  const label = err("yellow", `${signal}:`);
  switch (reaction) {
    case "boundary":
      return `${label} the running attempt ends first and nothing more starts; Ctrl-C again kills it`;
    case "stop":
      return `${label} the agent is told to end and killed if it does not; once more kills it at once`;
    case "kill":
      return `${label} the agent is killed`;
  }
}

/** One line of the status block. */
export function statusLine(work: Work, elapsed: number, delivered: number): string {
  const deliveries = delivered === 0 ? "nothing delivered yet" : count(delivered, "delivery", "deliveries");
  const time = elapsed < 1000 ? "0 s" : durationText(Math.floor(elapsed / 1000) * 1000);
  return `  ${nameOf(work)}  ${time}  ${deliveries}`;
}

function attemptEndText(report: AttemptReport, retryIn: number | null): string[] {
  const { candidate, outcome, delivered, superseded, swept, duration, everythingDelivered, adopted } = report;
  const name = nameOf(candidate);
  const time = seconds(duration);
  const [reason = "", ...details] = outcomeText(outcome);
  const left = swept.map(
    ({ pid, name, signal }) => `  ended ${visible(name)} (pid ${pid}), which it had left, with ${signal}`,
  );
  const failed = outcome.id !== "delivered";
  if (adopted)
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
      ...superseded.map(({ type, id }) => `  superseded ${visible(type)}/${visible(id)}`),
      ...left,
    ];
  }
  return [
    `${err("red", "✗")} ${name}  ${time}  ${outcome.id}: ${reason}`,
    ...details.map((detail) => `  ${detail}`),
    ...(everythingDelivered ? ["  everything it owes had been delivered all the same"] : []),
    ...left,
    ...(retryIn === null ? [] : [`  tried again in ${durationText(retryIn)}`]),
  ];
}
