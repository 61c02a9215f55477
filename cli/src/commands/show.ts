import { resolve } from "node:path";
import { showInstance, showType, showTypes } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { instanceText, typesText, typeText } from "../render/show-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ShowCommand extends ProjectCommand {
  static override paths = [["show"]];
  static forms = [["[TYPE [INSTANCE]]", "[--json]"]];
  static override usage = Command.Usage({
    description: "Show the artifacts: the types, the instances of one, or one instance.",
    details: `
      Without arguments, every artifact type with how many instances there are. With TYPE, its instances: status, work unit,
      when its file was written, and which attempt it comes from, or that it was put there by hand. With INSTANCE too, its content as
      an agent's prompt has it, and everything that is wrong with it, with line and column.
    `,
    examples: [
      ["See what there is", "$0 show"],
      ["The instances of one type", "$0 show design"],
      ["One of them", "$0 show design checkout"],
      ["The same, as other commands name it", "$0 show design/checkout"],
    ],
  });

  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const { type, instance } = instanceName(this.type, this.instance);
    return this.withProject(async (project) => {
      if (type === undefined) this.answer(this.json, await showTypes(project), typesText);
      else if (instance === undefined) this.answer(this.json, await showType(project, type), typeText);
      else {
        const answer = await showInstance(project, type, instance);
        this.answer(this.json, answer, () => instanceText(answer, resolve(project.root, answer.path)));
      }
      return 0;
    });
  }
}
