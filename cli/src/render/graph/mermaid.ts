import { visible } from "@runa/engine";
import type { GraphAnswer } from "@runa/engine/answers";
import { STATUS_COLOURS, TRIGGER_COLOUR, typeLabel } from "./dot.ts";
import { type DrawnEdge, drawnEdges, edgeLabel, shownStatus } from "./drawn.ts";

/** The graph as a Mermaid flowchart, which code forges draw in Markdown. */
export function graphMermaid(answer: GraphAnswer): string[] {
  const { protocols, types } = answer;
  const ids = new Map([
    ...protocols.map(({ name }, index): [string, string] => [`protocol ${name}`, `p${index + 1}`]),
    ...types.map(({ artifact_type }, index): [string, string] => [`type ${artifact_type}`, `t${index + 1}`]),
  ]);
  const id = (kind: "protocol" | "type", name: string) => ids.get(`${kind} ${name}`) ?? "";
  const edges = drawnEdges(answer);
  const statuses = [...new Set(protocols.map(shownStatus))];
  const triggers = edges.flatMap((edge, index) => (edge.triggers.length > 0 ? [index] : []));
  return [
    "flowchart TB",
    ...protocols.map((protocol) => {
      const status = shownStatus(protocol);
      return `  ${id("protocol", protocol.name)}["${escaped(protocol.name)}<br/><i>${status}</i>"]:::${status}`;
    }),
    ...types.map((type) => `  ${id("type", type.artifact_type)}(["${escaped(typeLabel(type))}"]):::type`),
    ...edges.map((edge) => `  ${arrow(edge, id("type", edge.type), id("protocol", edge.protocol))}`),
    ...statuses.map((status) => {
      const { fill, line } = STATUS_COLOURS[status];
      return `  classDef ${status} fill:${fill},stroke:${line},color:#1f2328`;
    }),
    "  classDef type fill:transparent,stroke:#d0d7de",
    ...(triggers.length === 0 ? [] : [`  linkStyle ${triggers.join(",")} stroke:${TRIGGER_COLOUR}`]),
  ];
}

function arrow(edge: DrawnEdge, type: string, protocol: string): string {
  const { direction, line } = edge;
  const label = edgeLabel(edge);
  const shaft = line === "hard" ? "-->" : "-.->";
  const text = label === "" ? "" : `|"${escaped(label)}"|`;
  return direction === "in" ? `${type} ${shaft}${text} ${protocol}` : `${protocol} ${shaft}${text} ${type}`;
}

/** A text that Mermaid, and the page that shows it, take literally. */
function escaped(text: string): string {
  return visible(text).replace(/[^\p{L}\p{N} _.()-]/gu, (character) => `#${character.codePointAt(0)};`);
}
