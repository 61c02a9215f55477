import { visible } from "@runa/engine";
import { protocolInScope } from "@runa/engine/answers";
import { reopenByHand } from "@runa/engine/attempts";
import { refuseDeciding, renewLockfile } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { warn } from "../output/notices.ts";
import { notDoneText, reopenedText } from "../render/decision-view.ts";
import { ScopedCommand } from "./base/project-command.ts";
import { warnOfUnknownWorkUnit } from "./base/unknown-work-unit.ts";

export class ReopenCommand extends ScopedCommand {
  static override paths = [["reopen"]];
  static override usage = Command.Usage({
    description: "Have a protocol that is done executed once more.",
    details: `
      A protocol is done while its outputs are complete and what it reads is as it was. Where that is not enough, because its
      instructions have changed, say, or its agent has: this makes it not current until it has succeeded once more. Nothing is
      executed or removed by it. Refused inside an attempt.
    `,
    examples: [
      ["Have it made again", "$0 reopen draft"],
      ["And everything that depends on it", "$0 reopen draft --downstream"],
      ["For one work unit", "$0 reopen implement --work-unit checkout"],
    ],
  });

  protocol = Option.String({ name: "PROTOCOL" });
  downstream = Option.Boolean("--downstream", false, { description: "Reopen whatever depends on it as well." });

  override async execute(): Promise<number> {
    const { scope, downstream } = this;
    return this.withProject(
      async (project) => {
        refuseDeciding(project, process.env, "reopen");
        const protocol = protocolInScope(project.methodology, this.protocol, scope);
        const { evaluation, candidates } = await reopenByHand(project, protocol, scope, { downstream });
        warnOfUnknownWorkUnit(evaluation);
        const problem = await renewLockfile(project);
        if (problem !== null) warn("lockfile", visible(problem));
        this.print(
          candidates.length > 0
            ? reopenedText(candidates, this.keptFlags)
            : notDoneText(evaluation, protocol.name, this.keptFlags),
        );
        return 0;
      },
      { looks: false },
    );
  }
}
