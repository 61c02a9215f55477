import { evaluateScan, examine, scanProject } from "@runa/engine";
import { Command, Option } from "clipanion";
import { ProjectCommand } from "../project-command.ts";
import { doctorText } from "../render/doctor-view.ts";

export class DoctorCommand extends ProjectCommand {
  static override paths = [["doctor"]];
  static override usage = Command.Usage({
    description: "Check the health of the project.",
    details: `
      Checks the manifest, every artifact, what each protocol requires, and the dependency graph. Exits 1 when it finds a
      problem; warnings alone do not count, unless --strict.
    `,
    examples: [
      ["Check everything", "$0 doctor"],
      ["In CI, for authors of methodologies", "$0 doctor --strict"],
    ],
  });

  strict = Option.Boolean("--strict", false, { description: "Warnings count as problems." });

  override async execute(): Promise<number> {
    return this.withProject(async (project) => {
      const report = await scanProject(project);
      const examination = await examine(project, evaluateScan(project, report, null), report.unrecognized);
      this.print(doctorText(examination));
      return examination.problems > 0 || (this.strict && examination.warnings > 0) ? 1 : 0;
    });
  }
}
