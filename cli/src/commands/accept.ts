import { visible } from "@runa/engine";
import { protocolInScope } from "@runa/engine/answers";
import { acceptByHand } from "@runa/engine/attempts";
import { refuseDeciding, renewLockfile } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { UsageError } from "../input/usage-error.ts";
import { acceptNeedsNote } from "../messages.ts";
import { warn } from "../output/notices.ts";
import { acceptedText } from "../render/decision-view.ts";
import { ScopedCommand } from "./base/project-command.ts";

export class AcceptCommand extends ScopedCommand {
  static override paths = [["accept"]];
  static override usage = Command.Usage({
    description: "Take the outputs of a failed attempt as done.",
    details: `
      An attempt can fail although everything was delivered: its agent exited with another code than 0, or was ended by a limit.
      Where you have looked at its outputs and they are right, this takes them as done: they have to be complete and
      valid. The note says why, and is kept in the log. A later change of what the protocol reads reopens it as ever. Refused inside an
      attempt.
    `,
    examples: [["The agent crashed when it was done", '$0 accept draft --note "crashed on exit, the design is whole"']],
  });

  protocol = Option.String({ name: "PROTOCOL" });
  note = Option.String("--note", { required: true, description: "Why, in words." });

  override async execute(): Promise<number> {
    const { scope } = this;
    const note = this.note.trim();
    if (note === "") throw new UsageError(acceptNeedsNote());
    return this.withProject(
      async (project) => {
        refuseDeciding(project, process.env, "accept");
        const protocol = protocolInScope(project.methodology, this.protocol, scope);
        const evaluation = await acceptByHand(project, protocol, scope, note);
        const problem = await renewLockfile(project);
        if (problem !== null) warn("lockfile", visible(problem));
        this.print(acceptedText(evaluation, protocol.name, this.keptFlags));
        return 0;
      },
      { looks: false },
    );
  }
}
