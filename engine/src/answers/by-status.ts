import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";

/** A scope's candidates by status, topological within each. */
export function byStatus({ candidates }: Evaluation): Record<"ready" | "blocked" | "waiting", EvaluatedCandidate[]> {
  const of = (status: EvaluatedCandidate["readiness"]["status"]) =>
    candidates.filter((candidate) => candidate.readiness.status === status);
  return { ready: of("ready"), blocked: of("blocked"), waiting: of("waiting") };
}
