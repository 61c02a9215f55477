import { visible } from "@runa/engine";
import type { ListAnswer, ListedProtocol } from "@runa/engine/answers";
import { cycleWarning } from "./cycle.ts";
import { columns, out } from "./style.ts";

/** Every protocol of the methodology, in topological order, with its relations. */
export function listText({ methodology, cycles, protocols }: ListAnswer): string[] {
  return [
    `${out("bold", visible(methodology))}`,
    ...cycles.map((cycle) => `${out("yellow", "warning:")} ${cycleWarning(cycle)}`),
    ...protocols.flatMap((protocol, index) => protocolText(index + 1, protocol)),
  ];
}

function protocolText(position: number, protocol: ListedProtocol): string[] {
  const names = (types: readonly string[]) => types.map(visible).join(", ");
  const rows = [
    ["requires", names(protocol.requires)],
    ["accepts", names(protocol.accepts)],
    ["produces", names(protocol.produces)],
    ...protocol.required_output_choices.map(({ name, members }) => ["one of", `${names(members)}  (${visible(name)})`]),
    ["may produce", names(protocol.may_produce)],
    ["trigger", visible(protocol.trigger)],
  ].filter(([, value]) => value !== "");
  const lacks = protocol.precondition_failures.map(
    ({ artifact_type, reason }) => `${visible(artifact_type)} (${reason})`,
  );
  return [
    "",
    `${position}. ${out("bold", visible(protocol.name))}${protocol.scoped ? "  (scoped: for each work unit)" : ""}`,
    ...columns([...rows, ...(lacks.length === 0 ? [] : [[out("red", "BLOCKED"), lacks.join(", ")]])], "   "),
  ];
}
