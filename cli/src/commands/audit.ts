import { trail, verification } from "@runa/engine/audit";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { UsageError } from "../input/usage-error.ts";
import { verifyAlone } from "../messages.ts";
import { writeFile } from "../output/write-file.ts";
import { trailText } from "../render/trail/text.ts";
import { verificationText } from "../render/verification-view.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

export class AuditCommand extends ProjectCommand {
  static override paths = [["audit"]];
  static forms = [
    ["[TYPE [INSTANCE]]", "[--json]", "[--html FILE]"],
    ["--verify", "[--json]"],
  ];
  static override usage = Command.Usage({
    description: "Say who made an artifact, from what, and who approved it.",
    details: `
      Follows artifacts back, attempt by attempt, to what came from outside: who made each content and by which agent, what that
      attempt was given, what people decided on it. Without INSTANCE every one of the type, without TYPE everything that nothing
      else here was made from. --html writes the same as one page that needs nothing else.

      --verify holds what lies there against the log: every record of an attempt, every decision, and every artifact against the
      attempt that delivered it. It names what does not fit, and ends with 1 then.
    `,
    examples: [
      ["Where one artifact comes from", "$0 audit design checkout"],
      ["The same, as other commands name it", "$0 audit design/checkout"],
      ["As a page to keep or to send", "$0 audit release --html release.html"],
      ["For automation", "$0 audit --json"],
      ["See whether anything was forged or edited", "$0 audit --verify"],
    ],
  });

  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });
  html = Option.String("--html", { description: "Write one HTML page to this file." });

  verify = Option.Boolean("--verify", false, {
    description: "Hold everything against the log; name what does not fit.",
  });

  override async execute(): Promise<number> {
    requireValue("--html", "a file", this.html);
    const { html } = this;
    if (this.verify && (html !== undefined || this.type !== undefined)) throw new UsageError(verifyAlone());
    if (this.verify) return this.#verify();
    return this.withProject(async (project) => {
      const answer = await trail(project, instanceName(this.type, this.instance));
      if (html !== undefined) writeFile(html, (await import("../render/trail/html.ts")).trailHtml(answer));
      if (html === undefined || this.json) this.answer(this.json, answer, trailText);
      return 0;
    });
  }

  #verify(): Promise<number> {
    return this.withProject(async (project) => {
      const answer = await verification(project);
      this.answer(this.json, answer, verificationText);
      return answer.misfits.length === 0 ? 0 : 1;
    });
  }
}
