import { visible } from "@runa/engine";
import type { GraphAnswer, GraphProtocol } from "@runa/engine/answers";
import { lineWidth } from "../../output/fit.ts";
import { stdout } from "../../output/output.ts";
import { out } from "../style.ts";
import { wrapped } from "../wrapped.ts";
import { type DrawnEdge, drawnEdges, type Shown, shownStatus } from "./drawn.ts";

/** A list is never set wider than this. */
const WIDEST = 80;
/** Longer names do not push everything to the right. */
const LONGEST_NAME = 24;
const LEGEND = [
  "calls for it: * on_artifact ~ on_change ! on_invalid  ",
  "[x] accepted  ",
  "(x) only watched  ",
  "x? optional  ",
  "a|b one of them",
];

const COLOURS = {
  running: "cyan",
  ready: "green",
  blocked: "red",
  waiting: "yellow",
  current: "dim",
  scoped: "dim",
} as const satisfies Record<Shown, Parameters<typeof out>[0]>;

/** The graph as a list in the order of execution: what goes into each protocol, and what comes out. */
export function graphText(answer: GraphAnswer): string[] {
  const width = Math.min(WIDEST, lineWidth(stdout));
  const { methodology, work_unit, protocols, types, cycles, scan_warnings } = answer;
  const edges = drawnEdges(answer);
  const byPeople = types.filter(({ written_by }) => written_by.length === 0).map((type) => visible(type.artifact_type));
  const nameWidth = Math.min(LONGEST_NAME, Math.max(0, ...protocols.map(({ name }) => visible(name).length)));
  return [
    `${out("bold", visible(methodology))}${work_unit === undefined ? "" : `  work unit ${visible(work_unit)}`}`,
    ...scan_warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`),
    ...cycles.map((cycle) => `${out("yellow", "cycle:")} ${[...cycle, cycle[0] ?? ""].map(visible).join(" -> ")}`),
    "",
    ...(byPeople.length === 0 ? [] : wrapped(["from people:", ...listed(byPeople)], "  ", width)),
    ...protocols.flatMap((protocol) => rowOf(protocol, edges, { nameWidth, width })),
    "",
    ...wrapped(LEGEND, "", width).map((line) => out("dim", line.trimEnd())),
  ];
}

function rowOf(
  protocol: GraphProtocol,
  edges: readonly DrawnEdge[],
  { nameWidth, width }: { readonly nameWidth: number; readonly width: number },
): string[] {
  const own = edges.filter((edge) => edge.protocol === protocol.name);
  const into = own.filter(({ direction }) => direction === "in").map(inputText);
  const [first = "", ...others] = listed(outputTexts(own.filter(({ direction }) => direction === "out")));
  const relations = [...listed(into), ...(first === "" ? [] : [`-> ${first}`, ...others])];
  const status = shownStatus(protocol);
  const name = visible(protocol.name).padEnd(nameWidth);
  const begin = `${name}  ${status.toUpperCase().padEnd(7)} `;
  const indent = " ".repeat(nameWidth + 11);
  // What belongs to a name that is too long begins on the next line.
  const [head = "", ...rest] =
    name.length > nameWidth
      ? [begin, ...wrapped([indent.slice(1), ...relations], indent, width)]
      : wrapped([begin, ...relations], indent, width);
  const coloured = `${out("bold", name)}  ${out(COLOURS[status], status.toUpperCase().padEnd(7))} `;
  return [(coloured + head.slice(begin.length)).trimEnd(), ...rest];
}

/** Each but the last with a comma. */
function listed(texts: readonly string[]): string[] {
  return texts.map((text, index) => (index === texts.length - 1 ? text : `${text},`));
}

const MARKS: Readonly<Record<string, string>> = { on_artifact: "*", on_change: "~", on_invalid: "!" };

function inputText({ type, line, triggers }: DrawnEdge): string {
  const name = visible(type);
  const shown = { hard: name, soft: `[${name}]`, trigger: `(${name})` }[line];
  return shown + triggers.map((relation) => MARKS[relation] ?? "").join("");
}

/** What is produced, each choice as one, and what is optional. */
function outputTexts(edges: readonly DrawnEdge[]): string[] {
  const choices = new Set(edges.flatMap(({ choice }) => choice ?? []));
  return [
    ...edges.filter(({ line }) => line === "hard").map(({ type }) => visible(type)),
    ...[...choices].map((group) =>
      edges
        .filter(({ choice }) => choice === group)
        .map(({ type }) => visible(type))
        .join("|"),
    ),
    ...edges.filter(({ optional }) => optional).map(({ type }) => `${visible(type)}?`),
  ];
}
