import { visible } from "@runa/engine";
import type { GraphAnswer, GraphType } from "@runa/engine/answers";
import { type DrawnEdge, drawnEdges, edgeLabel, type Shown, shownStatus } from "./drawn.ts";

/** How each status is filled, and its border; readable on a light and on a dark page. */
export const STATUS_COLOURS: Readonly<Record<Shown, { readonly fill: string; readonly line: string }>> = {
  running: { fill: "#cfeefb", line: "#0b7fab" },
  ready: { fill: "#d5f2d9", line: "#1f883d" },
  blocked: { fill: "#fbd9d6", line: "#cf222e" },
  waiting: { fill: "#fdf0c4", line: "#9a6700" },
  current: { fill: "#e6e9ee", line: "#59636e" },
  scoped: { fill: "#ffffff", line: "#59636e" },
};

/** What calls for work. */
export const TRIGGER_COLOUR = "#0969da";
const LINE_COLOUR = "#59636e";
const FONT = '"Helvetica,Arial,sans-serif"';
const LEGEND = "solid: required, produced\ndashed: accepted, optional, a choice\nblue: calls for the work";

/** The graph in Graphviz's language. */
export function graphDot(answer: GraphAnswer): string[] {
  const { methodology, protocols, types } = answer;
  return [
    `digraph ${quoted(methodology)} {`,
    '  graph [rankdir=TB, bgcolor="transparent", nodesep=0.35, ranksep=0.45, pad=0.2]',
    `  graph [fontname=${FONT}, fontsize=10, fontcolor="${LINE_COLOUR}", label=${quoted(LEGEND)}]`,
    `  node [fontname=${FONT}, fontsize=12, penwidth=1.4, margin="0.2,0.08"]`,
    `  edge [fontname=${FONT}, fontsize=9, color="${LINE_COLOUR}", fontcolor="${LINE_COLOUR}", arrowsize=0.7]`,
    ...protocols.map((protocol) => {
      const status = shownStatus(protocol);
      const { fill, line } = STATUS_COLOURS[status];
      const label = quoted(`${visible(protocol.name)}\n${status}`);
      return `  ${idOf("protocol", protocol.name)} [shape=box, style="rounded,filled", fillcolor="${fill}", color="${line}", fontcolor="#1f2328", label=${label}]`;
    }),
    ...types.map(
      (type) =>
        `  ${idOf("type", type.artifact_type)} [shape=plain, fontsize=11, fontcolor="${LINE_COLOUR}", label=${quoted(typeLabel(type))}]`,
    ),
    ...drawnEdges(answer).map(edgeLine),
    "}",
  ];
}

/** A type with how many valid instances there are. */
export function typeLabel({ artifact_type, total, valid }: GraphType): string {
  const count = total === 0 ? "" : total === valid ? ` (${total})` : ` (${valid} of ${total})`;
  return `${visible(artifact_type)}${count}`;
}

function edgeLine(edge: DrawnEdge): string {
  const { protocol, type, direction, line, triggers } = edge;
  const label = edgeLabel(edge);
  const [from, to] = [idOf("type", type), idOf("protocol", protocol)];
  const style = { hard: "solid", soft: "dashed", trigger: "dotted" }[line];
  const attributes = [
    `style=${style}`,
    ...(triggers.length > 0 ? [`color="${TRIGGER_COLOUR}"`, `fontcolor="${TRIGGER_COLOUR}"`, "penwidth=1.6"] : []),
    ...(label === "" ? [] : [`label=${quoted(` ${label} `)}`]),
    // What only feeds back must not turn the picture upside down.
    ...(line === "hard" || direction === "out" ? [] : ["constraint=false"]),
  ];
  return `  ${direction === "in" ? `${from} -> ${to}` : `${to} -> ${from}`} [${attributes.join(", ")}]`;
}

function idOf(kind: "protocol" | "type", name: string): string {
  return quoted(`${kind} ${name}`);
}

/** A text as Graphviz takes it literally. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
