import { trail } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { writeFile } from "../output/write-file.ts";
import { trailText } from "../render/trail/text.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

export class AuditCommand extends ProjectCommand {
  static override paths = [["audit"]];
  static forms = [["[TYPE [INSTANCE]]", "[--json]", "[--html FILE]"]];
  static override usage = Command.Usage({
    description: "Say who made an artifact, from what, and who approved it.",
    details: `
      Follows artifacts back, attempt by attempt, to what came from outside: who made each content and by which agent, what that
      attempt was given, what people decided on it. Without INSTANCE every one of the type, without TYPE everything that nothing
      else here was made from. --html writes the same as one page that needs nothing else.
    `,
    examples: [
      ["Where one artifact comes from", "$0 audit design checkout"],
      ["The same, as other commands name it", "$0 audit design/checkout"],
      ["As a page to keep or to send", "$0 audit release --html release.html"],
      ["For automation", "$0 audit --json"],
    ],
  });

  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });
  html = Option.String("--html", { description: "Write one HTML page to this file." });

  override async execute(): Promise<number> {
    requireValue("--html", "a file", this.html);
    const { html } = this;
    return this.withProject(async (project) => {
      const answer = await trail(project, instanceName(this.type, this.instance));
      if (html !== undefined) writeFile(html, (await import("../render/trail/html.ts")).trailHtml(answer));
      if (html === undefined || this.json) this.answer(this.json, answer, trailText);
      return 0;
    });
  }
}
