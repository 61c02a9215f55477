import { list } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
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
      ["For automation", "$0 list --json"],
    ],
  });

  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    return this.withProject(async (project) => {
      this.answer(this.json, await list(project), listText);
      return 0;
    });
  }
}
