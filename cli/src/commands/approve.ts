import { Command, Option } from "clipanion";
import { DecidingCommand } from "./base/deciding-command.ts";

export class ApproveCommand extends DecidingCommand {
  static override paths = [["approve"]];
  static forms = [
    [
      "TYPE [INSTANCE]",
      "[--as TYPE]",
      "[--note TEXT | --edit]",
      "[--set KEY=VALUE]...",
      "[--hash HASH]",
      "[--key FILE]",
      "[--work-unit ID]",
    ],
    ["--batch FILE", "[--as TYPE]", "[--set KEY=VALUE]...", "[--key FILE]", "[--work-unit ID]"],
  ];
  static override usage = Command.Usage({
    description: "Approve an artifact, as it is now.",
    details: `
      On a terminal it shows all of the content, where it came from and what changed since it was decided on last, and asks. The
      decision is bound to what was shown: where that changed meanwhile, nothing is decided. Elsewhere --hash has to say which
      content was looked at. What is written is an artifact of the approval type, and the log tells of it. Refused inside an
      attempt.
    `,
    examples: [
      ["Look at a design, and approve it", "$0 approve design checkout"],
      ["From a script that has looked at it", '$0 approve design checkout --hash 3f1c09ab27de --note "as agreed"'],
      [
        "As one of several approval types, with what its schema asks for",
        "$0 approve design checkout --as legal-approval --set risk=low",
      ],
      ["Several at once", "$0 approve --batch approved.txt"],
    ],
  });

  as = Option.String("--as", { description: "The approval type, where there are several." });

  protected readonly verdict = "approved";
  protected readonly verb = "approve";
  protected readonly needsNote = false;

  protected get decisionType(): string | null {
    return this.as ?? null;
  }
}
