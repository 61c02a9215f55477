import type { EvaluatedCandidate, Evaluation } from "@runa/engine";

/** A scope's candidates by status, topological within each. */
export function grouped({ candidates }: Evaluation): Record<"ready" | "blocked" | "waiting", EvaluatedCandidate[]> {
  const of = (status: EvaluatedCandidate["readiness"]["status"]) =>
    candidates.filter((candidate) => candidate.readiness.status === status);
  return { ready: of("ready"), blocked: of("blocked"), waiting: of("waiting") };
}
