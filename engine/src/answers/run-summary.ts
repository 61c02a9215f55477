import { aimEntry } from "../plan/aim.ts";
import type { RunReport } from "../run/report.ts";
import { workUnitEntry } from "./work-unit-entry.ts";

/** What ends the stream of a run's events. */
export function runSummary(report: RunReport, exitCode: number): object {
  const { outcome, aim, reports, failures, debts, limit, changed, elsewhere } = report;
  return {
    version: 1,
    kind: "summary",
    outcome,
    exit_code: exitCode,
    ...aimEntry(aim),
    ...(limit !== null && { limit: limit.kind }),
    ...(changed !== null && { changed: changed.files, ran: changed.ran.map(({ id }) => id) }),
    attempts: reports.map((attempt) => ({
      id: attempt.id,
      protocol: attempt.candidate.protocol.name,
      ...workUnitEntry(attempt.candidate),
      outcome: attempt.outcome.id,
      tries: attempt.tries,
      duration_ms: Math.round(attempt.duration),
      delivered: attempt.delivered.map(({ type, id }) => ({ artifact_type: type, instance_id: id })),
      ...(attempt.end.usage !== null && { usage: attempt.end.usage }),
    })),
    failures: failures.map((failure) => {
      const candidate = failure.kind === "attempt" ? failure.report.candidate : failure.candidate;
      return {
        reason: failure.kind,
        protocol: candidate.protocol.name,
        ...workUnitEntry(candidate),
        ...(failure.kind === "attempt" && { attempt: failure.report.id }),
      };
    }),
    owed: debts.owing.map((candidate) => ({ protocol: candidate.protocol.name, ...workUnitEntry(candidate) })),
    held: elsewhere.map(({ id, protocol, workUnit }) => ({
      attempt: id,
      protocol,
      ...workUnitEntry({ workUnit }),
    })),
  };
}
