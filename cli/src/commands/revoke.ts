import { visibleLines } from "@runa/engine";
import { decideOn, openSheet, stopGivenBy } from "@runa/engine/deciding";
import { refuseDeciding } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { instanceName } from "../input/instance-name.ts";
import { keyFileOf } from "../input/key-file.ts";
import { durationIn } from "../input/option-values.ts";
import { UsageError } from "../input/usage-error.ts";
import { decisionNeedsNote, instanceNeeded } from "../messages.ts";
import { fail } from "../output/notices.ts";
import { stderr } from "../output/output.ts";
import { decidedText, notDecidedText, stoppedText } from "../render/decided-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

/** Milliseconds that an agent has to end before it is killed, unless `--grace` says otherwise. */
const GRACE = 10_000;

export class RevokeCommand extends ProjectCommand {
  static override paths = [["revoke"]];
  static forms = [["TYPE INSTANCE", "--note TEXT", "[--stop]", "[--grace DURATION]", "[--key FILE]"]];
  static override usage = Command.Usage({
    description: "Withdraw what you decided on an artifact, as it is now.",
    details: `
      Takes back your approvals of the artifact, or your rejection; what others decided stands. With --stop the attempts that were given
      your decision are ended as well. Refused inside an attempt.
    `,
    examples: [
      ["Withdraw an approval", '$0 revoke design checkout --note "the bank changed its interface"'],
      [
        "And end what is being made from it",
        '$0 revoke design checkout --note "the bank changed its interface" --stop',
      ],
    ],
  });

  type = Option.String({ name: "TYPE" });
  instance = Option.String({ name: "INSTANCE", required: false });
  note = Option.String("--note", { required: true, description: "Why, in words." });
  stop = Option.Boolean("--stop", false, { description: "End the attempts that were given it." });
  grace = Option.String("--grace", { description: "How long an agent has to end before it is killed; default 10s." });
  key = Option.String("--key", {
    description: "The key to sign with, a file of either half; before git's user.signingkey.",
  });

  override async execute(): Promise<number> {
    const note = this.note.trim();
    if (note === "") throw new UsageError(decisionNeedsNote());
    const { type, instance } = instanceName(this.type, this.instance);
    if (type === undefined || instance === undefined) throw new UsageError(instanceNeeded());
    const keyFile = keyFileOf(this.key);
    const grace = durationIn("--grace", this.grace) ?? GRACE;
    const environment = process.env;
    return this.withProject(
      async (project) => {
        refuseDeciding(project, environment, "revoke");
        const ask = {
          type,
          instance,
          workUnit: null,
          verdict: "revoked",
          as: null,
          hash: null,
          keyFile,
          environment,
        } as const;
        const sheet = await openSheet(project, ask);
        const tell = (text: string) => stderr.write(visibleLines(text));
        const result = await decideOn(project, sheet, { note, set: new Map(), environment, tell });
        if (result.kind !== "decided") {
          fail("revoke", notDecidedText(sheet, result));
          return 1;
        }
        this.print([decidedText(sheet), ...(this.stop ? stoppedText(await stopGivenBy(project, sheet, grace)) : [])]);
        return 0;
      },
      { looks: false, reread: true },
    );
  }
}
