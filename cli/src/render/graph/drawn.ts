import type { GraphAnswer, GraphEdge, GraphProtocol, GraphStatus } from "@runa/engine/answers";

/** Where a protocol stands, as a picture shows it; a scoped one without a work unit stands nowhere. */
export type Shown = GraphStatus | "scoped";

export function shownStatus({ status }: GraphProtocol): Shown {
  return status ?? "scoped";
}

/** One line between a protocol and a type: everything that there is between them in one direction. */
export interface DrawnEdge {
  readonly protocol: string;
  readonly type: string;
  readonly direction: GraphEdge["direction"];
  /** `trigger`: nothing but that it calls for the work. */
  readonly line: GraphEdge["strength"];
  /** How it calls for the work; empty where it does not. */
  readonly triggers: readonly GraphEdge["relation"][];
  /** The group of a choice; null for anything else. */
  readonly choice: string | null;
  /** Whether it may be written, and need not be. */
  readonly optional: boolean;
}

/** The edges as they are drawn, one for each pair and direction. */
export function drawnEdges({ edges }: Pick<GraphAnswer, "edges">): DrawnEdge[] {
  const pairs = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const pair = JSON.stringify([edge.protocol, edge.artifact_type, edge.direction]);
    pairs.set(pair, [...(pairs.get(pair) ?? []), edge]);
  }
  return [...pairs.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const strengths = all.map(({ strength }) => strength);
    return {
      protocol: first.protocol,
      type: first.artifact_type,
      direction: first.direction,
      line: (["hard", "soft", "trigger"] as const).find((line) => strengths.includes(line)) ?? first.strength,
      triggers: all.filter(({ strength }) => strength === "trigger").map(({ relation }) => relation),
      choice: first.choice ?? null,
      optional: first.relation === "may_produce",
    };
  });
}

/** What a line in a picture does not say itself: `on_change`, the name of a choice, `optional`. */
export function edgeLabel({ triggers, choice, optional }: DrawnEdge): string {
  const unusual = triggers.filter((relation) => relation !== "on_artifact");
  return [...unusual, ...(choice === null ? [] : [choice]), ...(optional ? ["optional"] : [])].join(", ");
}
