import type { MadeContent, TracedAttempt, TracedDecision, TrailAnswer } from "@runa/engine/audit";

/** One content on the way back, with what leads to it. */
export interface Link {
  readonly content: MadeContent;
  readonly decisions: readonly TracedDecision[];
  /** The attempt that made it; null where none did, or nothing is on record of it. */
  readonly attempt: TracedAttempt | null;
  /** Whether that attempt, with what leads to it, was shown before. */
  readonly isRepeated: boolean;
  /** What the attempt was given; empty where that was shown before. */
  readonly from: readonly Link[];
}

/** The chains of an answer, one for each artifact: every attempt is followed once, where it is met first. */
export function chainsOf({ artifacts, attempts, decisions }: TrailAnswer): Link[] {
  const byId = new Map(attempts.map((attempt) => [attempt.attempt, attempt]));
  const byContent = new Map<string, TracedDecision[]>();
  for (const decision of decisions) {
    const key = keyOf(decision.subject);
    byContent.set(key, [...(byContent.get(key) ?? []), decision]);
  }
  const shown = new Set<string>();
  const link = (content: MadeContent): Link => {
    const { made } = content;
    const attempt = "attempt" in made ? (byId.get(made.attempt) ?? null) : null;
    const isRepeated = attempt !== null && shown.has(attempt.attempt);
    if (attempt !== null) shown.add(attempt.attempt);
    return {
      content,
      decisions: byContent.get(keyOf(content)) ?? [],
      attempt,
      isRepeated,
      from: attempt === null || isRepeated ? [] : attempt.inputs.map(link),
    };
  };
  return artifacts.map(link);
}

function keyOf({ artifact_type, instance_id, content_hash }: TracedDecision["subject"]): string {
  return `${artifact_type}/${instance_id}/${content_hash}`;
}
