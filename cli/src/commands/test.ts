import { basename, resolve } from "node:path";
import { RunaError } from "@runa/engine";
import { Interrupts, signalExitCode } from "@runa/engine/process";
import { findProject, findRoot, manifestPath, methodologyFile } from "@runa/engine/project";
import { loadTest } from "@runa/engine/trying";
import { Command, Option } from "clipanion";
import { ValueMaker } from "../checks/value-maker.ts";
import { workingDirectory } from "../input/working-directory.ts";
import { noCaseOfThatName, testNoProject } from "../messages.ts";
import { testText } from "../render/test-view.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

export class TestCommand extends ProjectCommand {
  static override paths = [["test"]];
  static override usage = Command.Usage({
    description: "Try a methodology by its author's cases.",
    details: `
      Plays every case in the files tests/*.toml beside the manifest, each in a project of its own that is thrown away: puts
      the given artifacts there, executes what is READY with what the case delivers in place of agents, where it says so, and
      compares. METHODOLOGY is the manifest or the directory that holds it; without one it is the project's, of which nothing
      else is read or changed. Exits 1 when a case fails.
    `,
    examples: [
      ["Try a methodology while writing it", "$0 test methodology"],
      ["Only some of the cases", '$0 test methodology --only "sent back"'],
      ["For a program", "$0 test methodology --json"],
    ],
  });

  methodology = Option.String({ name: "METHODOLOGY", required: false });
  only = Option.String("--only", { description: "Only cases with this text in their name, or in that of their file." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document." });

  override async execute(): Promise<number> {
    requireValue("METHODOLOGY", "a methodology", this.methodology);
    requireValue("--only", "a text", this.only);
    const { readCases, runCases, testAnswer } = await loadTest();
    const { methodology, files } = await readCases(await this.#manifest());
    const maker = new ValueMaker();
    const interrupts = new Interrupts("stop", () => {});
    try {
      const stage = { methodology, interrupts, make: (wish: Parameters<ValueMaker["make"]>[0]) => maker.make(wish) };
      const text = this.only ?? "";
      const results = await runCases(
        stage,
        files,
        (file, name) => name.includes(text) || basename(file).includes(text),
      );
      const { requested } = interrupts;
      if (requested !== null) return signalExitCode(requested);
      if (results.length === 0) throw new RunaError(noCaseOfThatName(text));
      const answer = testAnswer(methodology, results, workingDirectory());
      this.answer(this.json, answer, testText);
      return answer.failed === 0 ? 0 : 1;
    } finally {
      interrupts.dispose();
      maker.close();
    }
  }

  async #manifest(): Promise<string> {
    const directory = workingDirectory();
    if (this.methodology !== undefined) return manifestPath(resolve(directory, this.methodology));
    if (findRoot(directory) === null) throw new RunaError(testNoProject(directory));
    return methodologyFile(await findProject(this.projectOptions));
  }
}
