import { pastPoint, stateEnvelope, workUnitCounts } from "@runa/engine/answers";
import { unrecordedCandidates } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { asItWas } from "../render/as-it-was.ts";
import { stateText } from "../render/state-view.ts";
import { unrecordedText } from "../render/unrecorded-text.ts";
import { delegatedWork } from "../render/work-units-view.ts";
import { ScopedCommand } from "./base/project-command.ts";

export class StateCommand extends ScopedCommand {
  static override paths = [["state"]];
  static override usage = Command.Usage({
    description: "Show what is READY, BLOCKED and WAITING, and why.",
    details: `
      Evaluates the unscoped protocols, or with --work-unit the scoped ones of that work unit, after a scan.
      READY can be executed now; BLOCKED is called for but lacks something it requires; WAITING is not called for, or done.
    `,
    examples: [
      ["See where the work stands", "$0 state"],
      ["As it was two days ago", "$0 state --at 2d"],
      ["For automation", "$0 state --json"],
      ["One delegated work unit", "$0 state --work-unit checkout"],
    ],
  });

  at = Option.String("--at", { description: "As it was: after an event (`#SEQ`), at a time, or so long ago (`2d`)." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 2)." });

  override async execute(): Promise<number> {
    const { scope } = this;
    return this.withProjectThen(this.at, async (project) => {
      const evaluation = await this.look(project, scope);
      if (this.json)
        this.printJson(stateEnvelope(project, evaluation, scope === null ? workUnitCounts(project, evaluation) : null));
      else
        this.print([
          ...asItWas(pastPoint(project)),
          ...stateText(project, evaluation, this.keptFlags),
          ...unrecordedText(unrecordedCandidates(project, evaluation)).flatMap((line) => ["", line]),
          ...delegatedWork(project, evaluation, this.keptFlags),
        ]);
      return 0;
    });
  }
}
