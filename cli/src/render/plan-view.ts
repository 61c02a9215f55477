import {
  decidingReasons,
  type Evaluation,
  type PlannedExecution,
  type ProjectedExecution,
  triggerText,
  visible,
} from "@runa/engine";
import type { OpenProject } from "@runa/engine/project";
import { nameOf } from "./progress-view.ts";
import { shortReasons } from "./reason-text.ts";
import { columns, out } from "./style.ts";

/** The next execution, whole: what `step --dry-run` is for. */
export function plannedText({ store }: OpenProject, { view }: Evaluation, planned: PlannedExecution): string[] {
  const { candidate, trigger, mcpConfig, context } = planned;
  return [
    `next: ${out("bold", nameOf(candidate))}`,
    ...columns(
      [
        ["because", shortReasons(decidingReasons(store, view, candidate))],
        ["trigger", visible(trigger)],
        ...context.inputs.map((input) => [
          input.relationship,
          `${visible(input.displayPath)}  ${input.contentHash.slice(0, 19)}…`,
        ]),
        ...context.produces.map((type) => ["produces", visible(type)]),
        ...context.choices.map(({ name, members }) => [
          "one of",
          `${members.map(visible).join(", ")}  (${visible(name)})`,
        ]),
        ...context.mayProduce.map((type) => ["may produce", visible(type)]),
        ["server", [mcpConfig.command, ...mcpConfig.args].map(visible).join(" ")],
        ...Object.entries(mcpConfig.env).map(([name, value]) => ["", `${name}=${visible(value)}`]),
      ],
      "  ",
    ),
    "",
    out("dim", "instructions"),
    ...context.instructions
      .trimEnd()
      .split("\n")
      .map((line) => `  ${visible(line)}`.trimEnd()),
  ];
}

/** The projected cascade, in order. */
export function projectionText(
  { store }: OpenProject,
  { view }: Evaluation,
  plan: readonly ProjectedExecution[],
): string[] {
  if (plan.length === 0) return ["No READY protocols."];
  return columns(
    plan.map(({ candidate, projection }, index) => [
      `${index + 1}.`,
      nameOf(candidate),
      projection === "current" ? "ready now" : "projected",
      projection === "current"
        ? `because ${shortReasons(decidingReasons(store, view, candidate))}`
        : visible(triggerText(candidate.protocol.trigger)),
    ]),
    "  ",
  );
}
