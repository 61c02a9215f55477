import { Command } from "clipanion";
import { DecidingCommand } from "./base/deciding-command.ts";

export class RejectCommand extends DecidingCommand {
  static override paths = [["reject"]];
  static forms = [
    [
      "TYPE [INSTANCE]",
      "(--note TEXT | --edit)",
      "[--set KEY=VALUE]...",
      "[--hash HASH]",
      "[--key FILE]",
      "[--work-unit ID]",
    ],
    ["--batch FILE", "[--set KEY=VALUE]...", "[--key FILE]", "[--work-unit ID]"],
  ];
  static override usage = Command.Usage({
    description: "Reject an artifact, as it is now, and say why.",
    details: `
      As \`approve\`, with a note that says why: whoever makes it anew is told. A rejection outweighs every approval of the same
      content until whoever rejected decides otherwise. Refused inside an attempt.
    `,
    examples: [
      ["Look at a design, and reject it", '$0 reject design checkout --note "what happens when the bank is offline?"'],
      ["Write the reason in an editor", "$0 reject design checkout --edit"],
    ],
  });

  protected readonly verdict = "rejected";
  protected readonly verb = "reject";
  protected readonly needsNote = true;
  protected readonly decisionType = null;
}
