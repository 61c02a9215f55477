import { forget } from "@runa/engine/history";
import { refuseInsideAttempt } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { UsageError } from "../input/usage-error.ts";
import { forgetHashForm, forgetNeedsNote } from "../messages.ts";
import { forgottenText } from "../render/forget-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ForgetCommand extends ProjectCommand {
  static override paths = [["forget"]];
  static override usage = Command.Usage({
    description: "Erase a content wherever runa keeps it.",
    details: `
      For what should never have been written down, such as a password: its content is erased from the store, from what was
      superseded, and with the prompts and the output of all attempts that were given it or delivered it. It is never kept again, and
      said to be forgotten from then on. The log keeps its hash, and tells who had it forgotten and why. Files in the
      workspace are yours: the command names those that still hold it. Refused inside an attempt.
    `,
    examples: [["Erase a content", '$0 forget sha256:0f2c6a1be3d4 --note "it held a password"']],
  });

  hash = Option.String({ name: "HASH" });
  note = Option.String("--note", { required: true, description: "Why, in words." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const note = this.note.trim();
    if (note === "") throw new UsageError(forgetNeedsNote());
    const hash = this.hash.toLowerCase();
    if (!/^sha256:[0-9a-f]{8,64}$/.test(hash)) throw new UsageError(forgetHashForm());
    return this.withProject(
      async (project) => {
        refuseInsideAttempt(project, process.env);
        const answer = await forget(project, hash, note);
        this.answer(this.json, answer, forgottenText);
        return answer.not_erased.length === 0 ? 0 : 1;
      },
      { looks: false },
    );
  }
}
