import { loadDiff } from "@runa/engine/history";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { UsageError } from "../input/usage-error.ts";
import { diffNeedsInstance } from "../messages.ts";
import { differenceText } from "../render/diff-view.ts";
import { ProjectCommand } from "./base/project-command.ts";
import { whenGiven } from "./base/when.ts";

export class DiffCommand extends ProjectCommand {
  static override paths = [["diff"]];
  static forms = [["TYPE INSTANCE", "[--from WHEN]", "[--to WHEN]", "[--json]"]];
  static override usage = Command.Usage({
    description: "Show how an instance differs from what it was.",
    details: `
      Without options, what lies there now is compared with the content before. WHEN is an event of the log (\`#12\`: right after
      it), a time or how long ago (\`2d\`), a content (\`sha256:…\`, 8 digits or more), or an attempt's id: what it was given.
      Each place that differs is named by a JSON pointer; longer texts are compared line by line.
    `,
    examples: [
      ["What changed last", "$0 diff design checkout"],
      ["What changed since an attempt was given it", "$0 diff design checkout --from 0195561e-2c40"],
      ["Between two events of the log", "$0 diff design checkout --from=#12 --to=#40"],
    ],
  });

  type = Option.String({ name: "TYPE" });
  instance = Option.String({ name: "INSTANCE", required: false });
  from = Option.String("--from", { description: "The earlier one; default: the content before the later one." });
  to = Option.String("--to", { description: "The later one; default: what lies there now." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const { type, instance } = instanceName(this.type, this.instance);
    if (type === undefined || instance === undefined) throw new UsageError(diffNeedsInstance());
    const given = (option: string, text: string | undefined) => (text === undefined ? null : whenGiven(option, text));
    const compared = { from: given("--from", this.from), to: given("--to", this.to) };
    return this.withProject(async (project) => {
      const { diffInstance } = await loadDiff();
      this.answer(this.json, await diffInstance(project, type, instance, compared), differenceText);
      return 0;
    });
  }
}
