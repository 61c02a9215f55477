import { validate } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { bytesOf } from "../input/bytes-of.ts";
import { validationText } from "../render/validation-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ValidateCommand extends ProjectCommand {
  static override paths = [["validate"]];
  static override usage = Command.Usage({
    description: "Say whether a file would be a valid artifact of a type.",
    details: `
      Judges FILE, or stdin where it is \`-\`, as a scan would if it lay in the workspace. Says what breaks the schema, with
      line and column, what was expected, and what was there. Ends with 0 when it is valid, else with 1. Nothing is kept.
    `,
    examples: [
      ["Check a file before it is put into the workspace", "$0 validate design checkout.json"],
      ["Check what a program prints", "$0 validate design -"],
    ],
  });

  type = Option.String({ name: "TYPE" });
  file = Option.String({ name: "FILE" });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    return this.withProject(async (project) => {
      const bytes = await bytesOf(this.file);
      const answer = await validate(project, this.type, this.file, bytes);
      this.answer(this.json, answer, () => validationText(answer, bytes));
      return answer.status === "valid" ? 0 : 1;
    });
  }
}
