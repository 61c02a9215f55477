import { list } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { asItWas } from "../render/as-it-was.ts";
import { listText } from "../render/list-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ListCommand extends ProjectCommand {
  static override paths = [["list"]];
  static override usage = Command.Usage({
    description: "Show the protocols in the order of execution.",
    details:
      "Shows each protocol with what it requires, accepts and produces, its trigger, and whether something that it requires is missing.",
    examples: [
      ["See how the methodology hangs together", "$0 list"],
      ["As it was two days ago", "$0 list --at 2d"],
      ["For automation", "$0 list --json"],
    ],
  });

  at = Option.String("--at", { description: "As it was: after an event (`#SEQ`), at a time, or so long ago (`2d`)." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    return this.withProjectThen(this.at, async (project) => {
      const answer = await list(project);
      this.answer(this.json, answer, () => [...asItWas(answer), ...listText(answer)]);
      return 0;
    });
  }
}
