import { artifactFrom, openAttemptSession, visible } from "@runa/engine";
import { Command, Option } from "clipanion";
import { readInput } from "../input-file.ts";
import { stderr, stdout } from "../output.ts";
import { workingDirectory } from "../working-directory.ts";

export class DeliverCommand extends Command {
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
    const artifact = artifactFrom(readInput(this.file ?? "-").toString("utf8"));
    const session = await openAttemptSession({ workingDirectory: workingDirectory(), environment: process.env });
    try {
      const result = await session.deliver(this.type, this.instance, artifact);
      if (result.kind === "refused") {
        const lines = [`refused: ${result.reason}`, ...result.violations.map(({ message }) => `  ${message}`)];
        stderr.write(lines.map((line) => `${visible(line)}\n`).join(""));
        return 1;
      }
      const owed =
        result.stillOwed.length === 0 ? "nothing is owed any more" : `still owed: ${result.stillOwed.join(", ")}`;
      stdout.write(`${visible(`delivered ${result.path}; ${owed}`)}\n`);
      return 0;
    } finally {
      session.close();
    }
  }
}
