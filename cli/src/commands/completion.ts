import { didYouMean } from "@runa/engine";
import { Command, Option } from "clipanion";
import { COMPLETION_SCRIPTS } from "../completion/scripts.ts";
import { UsageError } from "../input/usage-error.ts";
import { unknownShell } from "../messages.ts";
import { stdout } from "../output/output.ts";

export class CompletionCommand extends Command {
  static override paths = [["completion"]];
  static override usage = Command.Usage({
    description: "Print the script that completes runa's command lines in a shell.",
    details: `
      SHELL is bash, zsh or fish. Commands, options and their values are completed, and with them the protocols, types,
      instances, work units and attempts of the project.
    `,
    examples: [
      ["For this bash; in ~/.bashrc for every one", "source <($0 completion bash)"],
      ["For this zsh; in ~/.zshrc for every one", "source <($0 completion zsh)"],
      ["For every fish", "$0 completion fish > ~/.config/fish/completions/runa.fish"],
    ],
  });

  shell = Option.String({ name: "SHELL" });

  override async execute(): Promise<number> {
    const known = Object.keys(COMPLETION_SCRIPTS);
    const script = Object.hasOwn(COMPLETION_SCRIPTS, this.shell) ? COMPLETION_SCRIPTS[this.shell] : undefined;
    if (script === undefined)
      throw new UsageError(unknownShell(this.shell, didYouMean(this.shell, known) || `: SHELL is ${known.join(", ")}`));
    stdout.write(script);
    return 0;
  }
}
