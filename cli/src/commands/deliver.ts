import { visible } from "@runa/engine";
import { openAttemptSession, readArtifact } from "@runa/engine/session";
import { Command, Option } from "clipanion";
import { bytesOf } from "../input/bytes-of.ts";
import { fail } from "../output/notices.ts";
import { stdout } from "../output/output.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class DeliverCommand extends ProjectCommand {
  static override paths = [["deliver"]];
  static override usage = Command.Usage({
    description: "Deliver an artifact from inside an attempt, without MCP.",
    details: `
      For agents that have a shell and no MCP client. Does what the attempt's server does when its tool is called: checks the
      artifact against its schema, and writes and records it when it is valid. What is refused is told with every
      violation, and ends with 1.
    `,
    examples: [
      ["Deliver a file", "$0 deliver design checkout design.json"],
      ["From stdin", "$0 deliver design checkout"],
    ],
  });

  type = Option.String({ name: "TYPE" });
  instance = Option.String({ name: "INSTANCE" });
  file = Option.String({ name: "FILE", required: false });

  override async execute(): Promise<number> {
    const session = await openAttemptSession(this.projectOptions);
    try {
      const read = readArtifact(await bytesOf(this.file));
      if (read.kind === "refused") {
        session.noteRefusal(read.reason, read.violations, this.type);
        return refused(
          read.reason,
          read.violations.map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`),
        );
      }
      const result = await session.deliver(this.type, this.instance, read.artifact);
      if (result.kind === "refused")
        return refused(
          result.reason,
          result.violations.map(({ message }) => message),
        );
      const owed =
        result.stillOwed.length === 0 ? "nothing is owed any more" : `still owed: ${result.stillOwed.join(", ")}`;
      stdout.write(`${visible(`delivered ${result.path}; ${owed}`)}\n`);
      return 0;
    } finally {
      session.close();
    }
  }
}

/** Says why nothing was written; the exit code of that. */
function refused(reason: string, violations: readonly string[]): number {
  const lines = [`refused: ${reason}`, ...violations.map((violation) => `  ${violation}`)];
  fail("deliver", lines.map((line) => `${visible(line)}\n`).join(""));
  return 1;
}
