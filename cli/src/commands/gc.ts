import { collectContents } from "@runa/engine/history";
import { refuseInsideAttempt } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { gcText } from "../render/gc-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class GcCommand extends ProjectCommand {
  static override paths = [["gc"]];
  static override usage = Command.Usage({
    description: "Remove kept contents that are old and that nothing rests on any more.",
    details: `
      runa keeps what attempts are given and deliver, so that what was there before can be shown. This removes what is older than
      \`[history] keep\` of the config says, and is not what lies there now, given to an attempt that runs, or the methodology. Nothing
      is removed that is younger than a day. Artifacts and the log are left as they are. Refused inside an attempt.
    `,
    examples: [
      ["See what would be removed", "$0 gc --dry-run"],
      ["Remove it", "$0 gc"],
    ],
  });

  dryRun = Option.Boolean("--dry-run", false, { description: "Say what would be removed, and remove nothing." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    return this.withProject(
      async (project) => {
        if (!this.dryRun) refuseInsideAttempt(project, process.env);
        this.answer(this.json, await collectContents(project, this.dryRun), gcText);
        return 0;
      },
      { looks: this.dryRun },
    );
  }
}
