import { evaluateScan, scanProject } from "@runa/engine";
import { Command } from "clipanion";
import { ProjectCommand } from "../project-command.ts";
import { scanText } from "../render/scan-view.ts";

export class ScanCommand extends ProjectCommand {
  static override paths = [["scan"]];
  static override usage = Command.Usage({
    description: "Read the artifact workspace into the store.",
    details: `
      Reads \`<workspace>/<type>/*.json\`, validates what is new or changed, and says what it found. Every other command
      that looks at artifacts does the same first; this one only reports it.
    `,
    examples: [["See what has changed since the last look", "$0 scan"]],
  });

  override async execute(): Promise<number> {
    return this.withProject(async (project) => {
      const report = await scanProject(project);
      this.print(scanText(report, evaluateScan(project, report, null)));
      return 0;
    });
  }
}
