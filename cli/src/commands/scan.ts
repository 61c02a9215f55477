import { evaluateScan, rebuildProject, scanProject } from "@runa/engine";
import { Command, Option } from "clipanion";
import { ProjectCommand } from "../project-command.ts";
import { rebuiltText, scanText } from "../render/scan-view.ts";

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

  override async execute(): Promise<number> {
    if (this.rebuild) this.print(rebuiltText(await rebuildProject(this.projectOptions)));
    return this.withProject(async (project) => {
      const report = await scanProject(project, { full: this.full });
      this.print(scanText(report, evaluateScan(project, report, null)));
      return 0;
    });
  }
}
