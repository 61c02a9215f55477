import { visible } from "@runa/engine";
import { scanAnswer } from "@runa/engine/answers";
import {
  evaluateScan,
  lockfileDefects,
  type ProjectOptions,
  rebuildProject,
  scanProject,
  unhealthyOf,
  updateLockfile,
} from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { warn } from "../output/notices.ts";
import { rebuiltText, scanText } from "../render/scan-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ScanCommand extends ProjectCommand {
  static override paths = [["scan"]];
  static override usage = Command.Usage({
    description: "Read the artifact workspace into the store.",
    details: `
      Reads \`<workspace>/<type>/*.json\`, validates what is new or changed, and says what it found. Every other command
      that looks at artifacts does the same first; this one only reports it.
    `,
    examples: [
      ["See what has changed since the last look", "$0 scan"],
      ["After files were put back with their old times", "$0 scan --full"],
      ["Mend a store that is damaged or gone", "$0 scan --rebuild"],
    ],
  });

  full = Option.Boolean("--full", false, { description: "Read every file again, also one that looks unchanged." });
  rebuild = Option.Boolean("--rebuild", false, {
    description: "Make the store anew from the artifacts and what can be read of the old one.",
  });

  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  protected override get projectOptions(): ProjectOptions {
    return { ...super.projectOptions, reread: this.full };
  }

  override async execute(): Promise<number> {
    const rebuilt = this.rebuild ? await rebuildProject(this.projectOptions) : null;
    if (rebuilt !== null && !this.json) this.print(rebuiltText(rebuilt));
    return this.withProject(async (project) => {
      // Of a sound store the index alone was emptied: nothing in the workspace is new by that.
      const isSound = rebuilt !== null && rebuilt.damaged === null && !rebuilt.incomplete;
      const report = await scanProject(project, { full: this.full });
      const unhealthy = unhealthyOf(project, report.gaps);
      const problem = updateLockfile(project, evaluateScan(project, report, null), "all");
      // What is wrong with the file itself is said already.
      if (problem !== null && lockfileDefects(project).length === 0) warn("lockfile", visible(problem));
      if (this.json) this.printJson(scanAnswer(project, report, unhealthy, rebuilt));
      else this.print(scanText(report, unhealthy, project.methodology, isSound));
      return 0;
    });
  }
}
