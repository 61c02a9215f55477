import type { NotMoved, ScanReport } from "@runa/store";
import type { Candidate, Evaluation } from "../evaluate/evaluate.ts";
import { outcomeText } from "../attempt/outcome-text.ts";
import type { AttemptReport } from "../attempt/supervise.ts";
import type { OpenProject } from "../project/project.ts";
import { type LogRecord, log } from "./log.ts";

// What the engine tells of its work (contract.md section 9): names and counts, no content, no environment, no argv.

export function logOpened({ root, workspace, methodology, store }: OpenProject): void {
  tell(
    "open",
    { level: "info", outcome: "succeeded", msg: "project opened" },
    {
      root,
      workspace,
      methodology: methodology.name,
    },
  );
  if (!store.kept) logNotKept(root);
}

export function logNotKept(root: string): void {
  tell("open", { level: "warn", outcome: "partial", msg: "the store cannot be written: nothing is kept" }, { root });
}

export function logScanned({ gaps, unrecognized, ...report }: ScanReport): void {
  const whole = gaps.length === 0;
  tell(
    "scan",
    whole
      ? { level: "info", outcome: "succeeded", msg: "workspace scanned" }
      : { level: "warn", outcome: "partial", msg: "workspace scanned in part" },
    {
      new: report.new.length,
      modified: report.modified.length,
      revalidated: report.revalidated.length,
      removed: report.removed.length,
      unchanged: report.unchanged,
      gaps: gaps.length,
      unrecognized: unrecognized.length,
    },
  );
}

export function logEvaluated({ candidates, workUnit }: Evaluation): void {
  const having = (status: Candidate["readiness"]["status"]) =>
    candidates.filter(({ readiness }) => readiness.status === status).length;
  tell(
    "evaluate",
    { level: "debug", outcome: "succeeded", msg: "scope evaluated" },
    {
      work_unit: workUnit,
      ready: having("ready"),
      blocked: having("blocked"),
      waiting: having("waiting"),
    },
  );
}

export function logAttemptStarted(attempt: string, { protocol, workUnit }: Candidate): void {
  tell(
    "attempt",
    { level: "info", outcome: "started", msg: "attempt started" },
    {
      attempt,
      protocol: protocol.name,
      work_unit: workUnit,
    },
  );
}

export function logAttemptEnded({ id, candidate, outcome, delivered, duration, swept }: AttemptReport): void {
  tell(
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
  for (const { pid, name, signal } of swept)
    tell(
      "sweep",
      // Told as well by whoever executes work.
      { level: "info", outcome: "succeeded", msg: "a process that an attempt had left was ended" },
      { attempt: id, pid, name, signal },
    );
}

/** Something that is to be moved out of the workspace and could not be. */
export function logNotMoved({ attempt, type, id, reason }: NotMoved): void {
  tell(
    "supersede",
    { level: "warn", outcome: "failed", msg: `what was superseded could not be moved: ${reason}` },
    { attempt, artifact: `${type}/${id}` },
  );
}

export function logUsageUnclear(attempt: string, protocol: string, reason: string): void {
  tell(
    "usage",
    { level: "warn", outcome: "partial", msg: `what the agent wrote to RUNA_USAGE is not understood: ${reason}` },
    { attempt, protocol },
  );
}

function tell(
  operation: string,
  what: Pick<LogRecord, "level" | "outcome" | "msg">,
  fields: NonNullable<LogRecord["fields"]>,
): void {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  log.write({ target: "runa_engine", operation, ...what, fields: known });
}
