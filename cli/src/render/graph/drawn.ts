import type { GraphAnswer, GraphEdge, GraphProtocol, GraphStatus } from "@runa/engine";

/** Where a protocol stands, as a picture shows it; a scoped one without a work unit stands nowhere. */
export type Shown = GraphStatus | "scoped";

export function shownStatus({ status }: GraphProtocol): Shown {
  return status ?? "scoped";
}

/** One line between a protocol and a type: everything that there is between them in one direction. */
export interface DrawnEdge {
  readonly protocol: string;
  readonly type: string;
  readonly direction: "in" | "out";
  readonly line: "hard" | "soft" | "trigger";
  /** How it calls for the work; empty where it does not. */
  readonly triggers: readonly GraphEdge["relation"][];
  /** What the line itself does not say: `on_change`, the name of a choice, `optional`. */
  readonly label: string;
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
    const lines = all.map(({ strength }) => strength);
    return [
      {
        protocol: first.protocol,
        type: first.artifact_type,
        direction: first.direction,
        line: (["hard", "soft", "trigger"] as const).find((line) => lines.includes(line)) ?? "soft",
        triggers: all.filter(({ strength }) => strength === "trigger").map(({ relation }) => relation),
        label: all.flatMap(labelOf).join(", "),
      },
    ];
  });
}

function labelOf({ relation, choice }: GraphEdge): string[] {
  switch (relation) {
    case "on_change":
    case "on_invalid":
      return [relation];
    case "choice":
      return choice === undefined ? [] : [choice];
    case "may_produce":
      return ["optional"];
    default:
      return [];
  }
}
