import { Command, type CommandClass, Option } from "clipanion";
import type { Adapter, Session } from "../adapters/adapter.ts";
import { Failure, Misuse, messageOf } from "../failure.ts";
import { withValues } from "../usage.ts";

/** What `--help` shows in the place of what differs from attempt to attempt, and from user to user. */
const EXAMPLE: Session = {
  server: { command: "runa-mcp", args: ["--protocol", "PROTOCOL"], env: {} },
  extra: [],
  env: { HOME: "/no/such/home" },
  directory: () => "PRIVATE",
};

/** The command `runa-agent NAME [--check] [-- ARGUMENTS]`. */
export abstract class AdapterCommand extends Command {
  /** What came after `--`. */
  extra: readonly string[] = [];
}

/** That command for one agent CLI. */
export function adapterCommand(adapter: Adapter): CommandClass {
  return class extends AdapterCommand {
    static override paths = [[adapter.name]];
    static override usage = Command.Usage({
      category: "Agent CLIs",
      description: `run ${adapter.title} for one attempt`,
      details: `
        Starts \`${adapter.executable}\` with the attempt's MCP server, which runa names in RUNA_MCP_CONFIG, and the
        prompt on stdin. What it does is shown on stdout, a line for each step; what it used goes to the file named by
        RUNA_USAGE, as far as it tells. Its login and settings stay the user's own, and no file of theirs is changed.

        ${adapter.permission}

        What comes after \`--\` is appended to its command line.
      `,
      examples: [
        [
          `Let ${adapter.title} work on a project: in .runa/config.toml, under [agent]`,
          `command = ["$0", "${adapter.name}"]`,
        ],
        ["Allow it more", `command = ${JSON.stringify(["$0", adapter.name, "--", ...adapter.allowMore])}`],
        ["What it runs", shownCommand(adapter)],
        ["Is it installed, and could it start? No model is called", `$0 ${adapter.name} --check`],
      ],
    });

    check = Option.Boolean("--check", false, { description: "say what is installed and whether it could start" });
    // Shows in the usage; clipanion does not tell what came before `--` from what came after.
    words = Option.Rest({ name: "-- ARGUMENTS" });

    override async execute(): Promise<number> {
      const { stderr } = this.context;
      try {
        const [word] = this.words;
        if (word !== undefined)
          throw new Misuse(`${JSON.stringify(word)} has to come after --, to be given to ${adapter.executable}`);
        const { runAdapter, checkAdapter } = await import("../adapters/index.ts");
        return this.check
          ? await checkAdapter(adapter, this.context)
          : await runAdapter(adapter, this.extra, this.context);
      } catch (error) {
        stderr.write(`error: ${messageOf(error)}\n`);
        if (error instanceof Misuse) stderr.write(`\n${withValues(this.cli.usage(this, { prefix: "usage: " }))}`);
        else if (!(error instanceof Failure) && error instanceof Error) stderr.write(`${error.stack}\n`);
        return 1;
      }
    }
  };
}

function shownCommand({ executable, launch }: Adapter): string {
  const { args, env = {} } = launch(EXAMPLE);
  const set = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...set, executable, ...args.map(quoted)].join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
