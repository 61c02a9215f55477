import type { NotDone } from "@runa/store/attempts";
import { log, logEngine } from "../log/log.ts";
import type { ClaimedAttempt, EndedAttempt } from "./attempt.ts";
import { outcomeText } from "./outcome-text.ts";

export function logAttemptStarted({ id: attempt, candidate: { protocol, workUnit } }: ClaimedAttempt): void {
  logEngine(
    "attempt",
    { level: "info", outcome: "started", msg: "attempt started" },
    {
      attempt,
      protocol: protocol.name,
      work_unit: workUnit,
    },
  );
}

export function logAttemptEnded({ id, candidate, outcome, delivered, duration, end }: EndedAttempt): void {
  logEngine(
    "attempt",
    outcome.id === "delivered"
      ? { level: "info", outcome: "succeeded", msg: "attempt ended" }
      : {
          // As text, whoever executes work reports it as a failure already.
          level: log.isJson ? "warn" : "info",
          outcome: "failed",
          msg: `attempt ended: ${outcome.id}: ${outcomeText(outcome).join("; ")}`,
        },
    {
      attempt: id,
      protocol: candidate.protocol.name,
      work_unit: candidate.workUnit,
      delivered: delivered.length,
      duration_ms: Math.round(duration),
    },
  );
  for (const { pid, name, signal } of end.swept)
    logEngine(
      "sweep",
      // Told as well by whoever executes work.
      { level: "info", outcome: "succeeded", msg: "a process that an attempt had left was ended" },
      { attempt: id, pid, name, signal },
    );
}

/** Something that is to be moved out of the workspace and could not be. */
export function logNotDone({ attempt, type, id, reason }: NotDone): void {
  logEngine(
    "supersede",
    { level: "warn", outcome: "failed", msg: `what was superseded could not be moved: ${reason}` },
    { attempt, artifact: `${type}/${id}` },
  );
}

export function logUsageUnclear(attempt: string, protocol: string, reason: string): void {
  logEngine(
    "usage",
    { level: "warn", outcome: "partial", msg: `what the agent wrote to RUNA_USAGE is not understood: ${reason}` },
    { attempt, protocol },
  );
}
