import { resolve } from "node:path";
import { showInstance, showType, showTypes } from "@runa/engine/answers";
import { openPast } from "@runa/engine/history";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { contentText, pastInstanceText, pastTypesText, pastTypeText } from "../render/past-view.ts";
import { instanceText, typesText, typeText } from "../render/show-view.ts";
import { ProjectCommand } from "./base/project-command.ts";
import { whenGiven } from "./base/when.ts";

export class ShowCommand extends ProjectCommand {
  static override paths = [["show"]];
  static forms = [["[TYPE [INSTANCE]]", "[--at WHEN]", "[--json]"]];
  static override usage = Command.Usage({
    description: "Show the artifacts: the types, the instances of one, or one instance; or how they were.",
    details: `
      Without arguments, every artifact type with how many instances there are. With TYPE, its instances: status, work unit,
      when its file was written, and which attempt it comes from, that runa wrote it, who decided it, or that it was put there by hand. With INSTANCE too, its content as
      an agent's prompt has it, each value as it is, and everything that is wrong with it, with line and column.

      With --at the same as the log tells that it was: right after an event (\`#12\`), at a time or so long ago (\`2d\`), as an
      attempt was given it (its id), or whenever it was some content (\`sha256:…\`).
    `,
    examples: [
      ["See what there is", "$0 show"],
      ["The instances of one type", "$0 show design"],
      ["One of them", "$0 show design checkout"],
      ["The same, as other commands name it", "$0 show design/checkout"],
      ["As it was two days ago", "$0 show design checkout --at 2d"],
      ["As it was after an event of the log", "$0 show design checkout --at=#12"],
    ],
  });

  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  at = Option.String("--at", { description: "When: `#SEQ`, a time, `sha256:…`, or an attempt's id." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const { type, instance } = instanceName(this.type, this.instance);
    if (this.at !== undefined) return this.#past(this.at, type, instance);
    return this.withProject(async (project) => {
      if (type === undefined) {
        const isRecord = (name: string) => project.methodology.types.get(name)?.annotation?.kind === "audit";
        this.answer(this.json, await showTypes(project), (answer) => typesText(answer, isRecord));
      } else if (instance === undefined) this.answer(this.json, await showType(project, type), typeText);
      else {
        const answer = await showInstance(project, type, instance);
        this.answer(this.json, answer, () => instanceText(answer, resolve(project.root, answer.path)));
      }
      return 0;
    });
  }

  /** Where a content cannot be shown, that is what is shown of it, and a failure. */
  async #past(at: string, type: string | undefined, instance: string | undefined): Promise<number> {
    const when = whenGiven("--at", at);
    const past = await openPast(this.projectOptions);
    try {
      if (type === undefined && when.kind === "content") {
        const answer = past.content(when.beginning);
        this.answer(this.json, answer, contentText);
        return answer.content === "kept" ? 0 : 1;
      }
      if (type === undefined) this.answer(this.json, past.types(when), pastTypesText);
      else if (instance === undefined) this.answer(this.json, past.type(when, type), pastTypeText);
      else {
        const answer = past.instance(when, type, instance);
        this.answer(this.json, answer, pastInstanceText);
        return answer.content === "kept" ? 0 : 1;
      }
      return 0;
    } finally {
      past.close();
    }
  }
}
