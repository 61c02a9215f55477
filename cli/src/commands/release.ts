import { visible } from "@runa/engine";
import { releaseByHand } from "@runa/engine/attempts";
import { renewLockfile } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { warn } from "../output/notices.ts";
import { candidateName } from "../render/candidate-name.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class ReleaseCommand extends ProjectCommand {
  static override paths = [["release"]];
  static override usage = Command.Usage({
    description: "Free what a runa elsewhere holds that will not come back.",
    details: `
      An attempt belongs to the runa that executes it for as long as that lives. Whether one on another machine or in another
      container lives cannot be seen from here, so it counts as living. When you know that it is gone, this ends its attempt
      as \`abandoned\`. What it delivered stays.
    `,
    examples: [["Free a candidate", "$0 release 0197a3b0-5f0e"]],
  });

  attempt = Option.String({ name: "ATTEMPT" });

  override async execute(): Promise<number> {
    return this.withProject(
      async (project) => {
        const { id, protocol, workUnit, owner } = await releaseByHand(project, this.attempt);
        const machine = owner.machine === null ? "an unknown machine" : `machine ${visible(owner.machine)}`;
        const problem = await renewLockfile(project);
        if (problem !== null) warn("lockfile", visible(problem));
        this.print([
          `released: ${candidateName(protocol, workUnit)}, attempt ${id}, held by runa pid ${owner.pid} on ${machine}`,
          `\`runa run${this.projectFlag}\` may execute it again`,
        ]);
        return 0;
      },
      { looks: false },
    );
  }
}
