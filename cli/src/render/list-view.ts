import {
  type Evaluation,
  executionOrder,
  obstaclesOf,
  type PreconditionFailure,
  type Protocol,
  triggerText,
  visible,
} from "@runa/engine";
import { cycleWarning } from "./cycle.ts";
import { columns, out } from "./style.ts";

/** Every protocol of the methodology, in topological order, with its relations. */
export function listText(evaluation: Evaluation): string[] {
  const { order, cycles } = executionOrder(evaluation.methodology);
  return [
    `${out("bold", visible(evaluation.methodology.name))}`,
    ...cycles.map((cycle) => `${out("yellow", "warning:")} ${cycleWarning(cycle)}`),
    ...order.flatMap((protocol, index) => protocolText(index + 1, protocol, obstaclesOf(evaluation, protocol))),
  ];
}

function protocolText(position: number, protocol: Protocol, failures: readonly PreconditionFailure[]): string[] {
  const names = (types: readonly string[]) => types.map(visible).join(", ");
  const rows = [
    ["requires", names(protocol.requires)],
    ["accepts", names(protocol.accepts)],
    ["produces", names(protocol.produces)],
    ...protocol.choices.map(({ name, members }) => ["one of", `${names(members)}  (${visible(name)})`]),
    ["may produce", names(protocol.mayProduce)],
    ["trigger", visible(triggerText(protocol.trigger))],
  ].filter(([, value]) => value !== "");
  const blocked = failures.map(({ artifactType, reason }) => `${visible(artifactType)} ${reason}`);
  return [
    "",
    `${position}. ${out("bold", visible(protocol.name))}${protocol.scoped ? "  (scoped: for each work unit)" : ""}`,
    ...columns([...rows, ...(blocked.length === 0 ? [] : [[out("red", "BLOCKED"), blocked.join(", ")]])], "   "),
  ];
}
