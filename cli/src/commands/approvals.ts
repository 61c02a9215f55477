import { awaitingDecisions, decisionsOnInstance } from "@runa/engine/deciding";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { approvalsText, decisionsText } from "../render/approvals-view.ts";
import { ScopedCommand } from "./base/project-command.ts";

export class ApprovalsCommand extends ScopedCommand {
  static override paths = [["approvals"]];
  static forms = [["[TYPE [INSTANCE]]", "[--work-unit ID]", "[--json]"]];
  static override usage = Command.Usage({
    description: "Show what awaits a decision, and what was decided.",
    details: `
      Lists what people have still to decide on: the artifact, what it lacks of each approval type, since when, and which protocols wait. With TYPE only
      artifacts of that type; with INSTANCE too, everything that was decided on that one, also what no longer counts.
    `,
    examples: [
      ["See what waits for you", "$0 approvals"],
      ["What was decided on a design, and why", "$0 approvals design checkout"],
      ["For a script that decides", "$0 approvals --json"],
    ],
  });

  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const { scope, json } = this;
    const { type, instance } = instanceName(this.type, this.instance);
    return this.withProject(async (project) => {
      if (type !== undefined && instance !== undefined)
        this.answer(json, await decisionsOnInstance(project, type, instance), decisionsText);
      else
        this.answer(json, await awaitingDecisions(project, type ?? null, scope), (answer) =>
          approvalsText(answer, this.projectFlag),
        );
      return 0;
    });
  }
}
