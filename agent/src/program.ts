import { type BaseContext, Builtins, Cli, type Command, type CommandClass } from "clipanion";
import { ADAPTERS } from "./adapters/table.ts";
import { AdapterCommand, adapterCommand } from "./commands/adapter.ts";
import { MakeValuesCommand } from "./commands/make-values.ts";
import { RehearseCommand } from "./commands/rehearse.ts";
import { Misuse, messageOf } from "./failure.ts";
import { usageText, withValues } from "./usage.ts";
import { VERSION } from "./version.ts";
import { visible } from "./visible.ts";

/** Each agent that can be started, by its name on the command line. */
const AGENTS: Readonly<Record<string, CommandClass>> = {
  rehearse: RehearseCommand,
  ...Object.fromEntries(ADAPTERS.map((adapter) => [adapter.name, adapterCommand(adapter)])),
};

/** Everything that can be asked for by its name: the agents, and what makes values for runa. */
const COMMANDS: Readonly<Record<string, CommandClass>> = { ...AGENTS, "make-values": MakeValuesCommand };

/**
 * `runa-agent`: answers with the exit code, 0 when everything owed was delivered. Help and version go to stdout; what
 * fails is one line on stderr, `error: ...`, followed by the usage where the command line was wrong.
 */
export async function runAgent(argv: readonly string[], context: BaseContext): Promise<number> {
  const options = { binaryName: "runa-agent", binaryLabel: "runa-agent", binaryVersion: VERSION, enableColors: false };
  const cli = Cli.from([...Object.values(COMMANDS), Builtins.VersionCommand], options);
  const agent = Object.hasOwn(COMMANDS, argv[0] ?? "") ? COMMANDS[argv[0] ?? ""] : undefined;
  try {
    if (argv.length === 0) throw new Misuse("name the agent to run");
    if (asksForHelp(argv)) {
      context.stdout.write(agent === undefined ? withValues(cli.usage()) : usageText(cli, agent, true));
      return 0;
    }
    return await cli.run(commandOf(cli, argv, context), context);
  } catch (error) {
    context.stderr.write(`error: ${misuseOf(error, argv, agent !== undefined)}\n\n`);
    context.stderr.write(agent === undefined ? withValues(cli.usage()) : usageText(cli, agent));
    return 1;
  }
}

/** Whether help is wanted: of the agent that is named, or of all. What comes after `--` is an agent CLI's own. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const known = argv[0]?.startsWith("-") || Object.hasOwn(COMMANDS, argv[0] ?? "");
  return (
    known === true && argv.slice(0, end === -1 ? argv.length : end).some((word) => word === "--help" || word === "-h")
  );
}

/** The command that a command line means; what comes after `--` is an agent CLI's own and is not looked into. */
function commandOf(cli: Cli, argv: readonly string[], context: BaseContext): Command {
  const end = argv.indexOf("--");
  const adapted = ADAPTERS.some(({ name }) => name === argv[0]);
  if (end === -1 || !adapted) return cli.process([...argv], context);
  const command = cli.process(argv.slice(0, end), context);
  if (command instanceof AdapterCommand) command.extra = argv.slice(end + 1);
  return command;
}

/** What clipanion says about a command line, on one line and without its list of candidates. */
function misuseOf(error: unknown, argv: readonly string[], known: boolean): string {
  const [name] = argv;
  if (error instanceof Misuse) return visible(error.message);
  if (!known)
    return `there is no agent ${visible(JSON.stringify(name ?? ""))}; there is: ${Object.keys(AGENTS).join(", ")}`;
  const [first = ""] = messageOf(error).split("\n");
  return visible(first.replace(/\.$/, ""));
}
