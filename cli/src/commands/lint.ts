import { resolve } from "node:path";
import { type LintReport, levelCounts, RunaError } from "@runa/engine";
import { loadLint } from "@runa/engine/answers";
import { findProject, findRoot, methodologyFile } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { UsageError } from "../input/usage-error.ts";
import { workingDirectory } from "../input/working-directory.ts";
import { lintNameEmpty, lintNoProject, optionNoFormat } from "../messages.ts";
import { githubLines, lintText } from "../render/lint-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

const FORMATS = ["text", "json", "github", "sarif"] as const;

export class LintCommand extends ProjectCommand {
  static override paths = [["lint"]];
  static override usage = Command.Usage({
    description: "Look for mistakes in a methodology.",
    details: `
      Shows everything in a methodology that cannot be loaded, or loads and is probably wrong: in its manifest, its schemas
      and its instructions. METHODOLOGY is the manifest or the directory that holds it, and needs no project; without one it
      is the project's. Exits 1 when it finds an error or a problem; warnings alone do not count, unless --strict.
    `,
    examples: [
      ["Look at a methodology while writing it", "$0 lint methodology"],
      ["Look at the project's own", "$0 lint"],
      ["In CI, with the findings shown at their lines", "$0 lint --strict --format github methodology"],
    ],
  });

  methodology = Option.String({ name: "METHODOLOGY", required: false });
  format = Option.String("--format", "text", { description: `How to print the findings: ${FORMATS.join(", ")}.` });
  strict = Option.Boolean("--strict", false, { description: "Warnings count as problems." });

  override async execute(): Promise<number> {
    const format = FORMATS.find((known) => known === this.format);
    if (format === undefined) throw new UsageError(optionNoFormat(FORMATS.join(", "), this.format));
    if (this.methodology === "") throw new UsageError(lintNameEmpty());
    const path = await this.#path();
    const lint = await loadLint();
    const report = await lint.lintPath(path);
    this.#show(report, format, lint);
    const { errors, problems, warnings } = levelCounts(report.findings);
    return errors + problems > 0 || (this.strict && warnings > 0) ? 1 : 0;
  }

  async #path(): Promise<string> {
    if (this.methodology !== undefined) return resolve(workingDirectory(), this.methodology);
    const directory = workingDirectory();
    if (findRoot(directory) === null) throw new RunaError(lintNoProject(directory));
    return methodologyFile(await findProject(this.projectOptions));
  }

  #show(
    report: LintReport,
    format: (typeof FORMATS)[number],
    { lintDocument, sarifLog }: Awaited<ReturnType<typeof loadLint>>,
  ): void {
    const directory = workingDirectory();
    switch (format) {
      case "text":
        this.print(lintText(report));
        break;
      case "json":
        this.printJson(lintDocument(report, directory));
        break;
      case "github":
        this.printExactly(githubLines(report, directory));
        break;
      case "sarif":
        this.printJson(sarifLog(report, directory));
        break;
    }
  }
}
