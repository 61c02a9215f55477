import type { ScanReport } from "@runa/store";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { logEngine } from "../log/log.ts";

export function logOpened({
  root,
  workspace,
  methodology,
  store,
}: {
  readonly root: string;
  readonly workspace: string;
  readonly methodology: { readonly name: string };
  readonly store: { readonly persistent: boolean };
}): void {
  logEngine(
    "open",
    { level: "info", outcome: "succeeded", msg: "project opened" },
    {
      root,
      workspace,
      methodology: methodology.name,
    },
  );
  if (!store.persistent) logNotKept(root);
}

export function logNotKept(root: string): void {
  logEngine(
    "open",
    { level: "warn", outcome: "partial", msg: "the store cannot be written: nothing is kept" },
    { root },
  );
}

export function logScanned({ gaps, unrecognized, ...report }: ScanReport): void {
  const whole = gaps.length === 0;
  logEngine(
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
  const having = (status: EvaluatedCandidate["readiness"]["status"]) =>
    candidates.filter(({ readiness }) => readiness.status === status).length;
  logEngine(
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
