import { type GraphAnswer, type GraphProtocol, visible } from "@runa/engine";
import { out } from "../style.ts";
import { type DrawnEdge, drawnEdges, type Shown, shownStatus } from "./drawn.ts";

const WIDTH = 80;
/** Longer names do not push everything to the right. */
const LONGEST_NAME = 24;
const LEGEND = [
  "calls for it: * on_artifact ~ on_change ! on_invalid",
  "[x] accepted",
  "(x) only watched",
  "x? optional",
  "a|b one of them",
].join("   ");

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
  const { methodology, work_unit, protocols, types, cycles, scan_warnings } = answer;
  const edges = drawnEdges(answer);
  const byPeople = types.filter(({ written_by }) => written_by.length === 0).map((type) => visible(type.artifact_type));
  const name = Math.min(LONGEST_NAME, Math.max(0, ...protocols.map((protocol) => visible(protocol.name).length)));
  return [
    `${out("bold", visible(methodology))}${work_unit === undefined ? "" : `  work unit ${visible(work_unit)}`}`,
    ...scan_warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`),
    ...cycles.map((cycle) => `${out("yellow", "cycle:")} ${[...cycle, cycle[0] ?? ""].map(visible).join(" -> ")}`),
    "",
    ...(byPeople.length === 0
      ? []
      : wrapped(["from people: ", ...byPeople.map((type, at) => (at === 0 ? type : `, ${type}`))], "  ")),
    ...protocols.flatMap((protocol) => rowOf(protocol, edges, name)),
    "",
    ...wrapped(LEGEND.split(/(?<= {3})/), "").map((line) => out("dim", line.trimEnd())),
  ];
}

function rowOf(protocol: GraphProtocol, edges: readonly DrawnEdge[], nameWidth: number): string[] {
  const status = shownStatus(protocol);
  const own = edges.filter((edge) => edge.protocol === protocol.name);
  const into = own.filter(({ direction }) => direction === "in").map(inputText);
  const outOf = outputTexts(own.filter(({ direction }) => direction === "out"));
  const indent = " ".repeat(nameWidth + 11);
  const name = visible(protocol.name);
  const words = [
    ...listed(into),
    ...(outOf.length === 0 ? [] : [`${into.length === 0 ? "" : " "}-> `, ...listed(outOf)]),
  ];
  const [first = "", ...rest] = wrapped(words, indent, indent.length);
  const begin = `${out("bold", name.padEnd(nameWidth))}  ${out(COLOURS[status], status.toUpperCase().padEnd(7))}  `;
  return name.length > nameWidth
    ? [begin.trimEnd(), ...(first === "" ? [] : [indent + first]), ...rest]
    : [(begin + first).trimEnd(), ...rest];
}

/** Each but the last with the comma that follows it. */
function listed(texts: readonly string[]): string[] {
  return texts.map((text, index) => (index === 0 ? text : `, ${text}`));
}

const MARKS: Readonly<Record<string, string>> = { on_artifact: "*", on_change: "~", on_invalid: "!" };

function inputText({ type, line, triggers }: DrawnEdge): string {
  const name = visible(type);
  const shown = { hard: name, soft: `[${name}]`, trigger: `(${name})` }[line];
  return shown + triggers.map((relation) => MARKS[relation] ?? "").join("");
}

/** What is produced, each choice as one, and what is optional. */
function outputTexts(edges: readonly DrawnEdge[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { type, line, label } of edges) {
    const key = line === "hard" ? ` ${type}` : label;
    const text = label === "optional" ? `${visible(type)}?` : visible(type);
    const alone = line === "hard" || label === "optional" ? `${key} ${type}` : key;
    groups.set(alone, [...(groups.get(alone) ?? []), text]);
  }
  return [...groups.values()].map((members) => members.join("|"));
}

/** Pieces one after the other, on lines that are not too wide. */
function wrapped(pieces: readonly string[], indent: string, taken = 0): string[] {
  const lines = [""];
  let width = taken;
  for (const piece of pieces) {
    if (width + piece.trimEnd().length > WIDTH && lines.at(-1) !== "") {
      const separator = piece.startsWith(", ") ? "," : "";
      lines[lines.length - 1] = `${lines.at(-1)?.trimEnd()}${separator}`;
      const rest = piece.replace(/^, |^ /, "");
      lines.push(indent + rest);
      width = indent.length + rest.length;
    } else {
      lines[lines.length - 1] += piece;
      width += piece.length;
    }
  }
  return lines;
}
