import { loadExplain } from "@runa/engine/answers";
import { evaluateScan, scanProject } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { asItWas } from "../render/as-it-was.ts";
import { explanationText } from "../render/explain-view.ts";
import { delegatedWork } from "../render/work-units-view.ts";
import { ScopedCommand } from "./base/project-command.ts";
import { warnOfUnknownWorkUnit } from "./base/unknown-work-unit.ts";

export class ExplainCommand extends ScopedCommand {
  static override paths = [["explain"]];
  static override usage = Command.Usage({
    description: "Say why a protocol is READY, BLOCKED or WAITING, and what would move it.",
    details: `
      Of one protocol the whole reasoning: what calls for it, what it requires and which artifacts count, which input changed
      since which attempt and what that came from, what it owes, its last attempts, and the one thing that would move it.
      Without a protocol, shortly of each one of the scope. \`runa why\` is the same.
    `,
    examples: [
      ["See where each protocol stands, and why", "$0 explain"],
      ["The whole reasoning about one", "$0 explain review"],
      ["Of one delegated work unit", "$0 why implement --work-unit checkout"],
      ["As it was two days ago", "$0 explain --at 2d"],
      ["For automation", "$0 explain review --json"],
    ],
  });

  at = Option.String("--at", { description: "As it was: after an event (`#SEQ`), at a time, or so long ago (`2d`)." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });
  protocol = Option.String({ name: "PROTOCOL", required: false });

  override async execute(): Promise<number> {
    const { scope } = this;
    return this.withProjectThen(this.at, async (project) => {
      const report = await scanProject(project);
      const evaluation = evaluateScan(project, report, scope);
      warnOfUnknownWorkUnit(evaluation);
      const { explain } = await loadExplain();
      const answer = explain(project, evaluation, report, this.protocol ?? null);
      if (this.json) this.printJson(answer);
      else
        this.print([
          ...asItWas(answer),
          ...explanationText(answer, this.keptFlags),
          ...(this.protocol === undefined ? delegatedWork(project, evaluation, this.keptFlags) : []),
        ]);
      return 0;
    });
  }
}
