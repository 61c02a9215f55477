import { log, version } from "@runa/engine";
import { Cli, type CommandClass } from "clipanion";
import { DoctorCommand } from "./commands/doctor.ts";
import { InitCommand } from "./commands/init.ts";
import { ListCommand } from "./commands/list.ts";
import { RunCommand } from "./commands/run.ts";
import { ScanCommand } from "./commands/scan.ts";
import { StateCommand } from "./commands/state.ts";
import { StepCommand } from "./commands/step.ts";
import { failure } from "./render/failure.ts";
import { overview, usageError, usageOf } from "./render/usage.ts";
import { UsageError } from "./usage-error.ts";

const COMMANDS: readonly CommandClass[] = [
  InitCommand,
  ScanCommand,
  ListCommand,
  StateCommand,
  DoctorCommand,
  StepCommand,
  RunCommand,
];

/**
 * Runs one command line; resolves to the exit code.
 * Wrong usage and every failure end in 1 with what is wrong on stderr (contract.md sections 6 and 9).
 */
export async function main(argv: readonly string[]): Promise<number> {
  const args = joined(globalsLast(argv));
  const cli = Cli.from([...COMMANDS], {
    binaryName: "runa",
    binaryLabel: "runa",
    binaryVersion: version,
    enableColors: false,
  });
  const command = COMMANDS.find(({ paths }) => paths?.[0]?.[0] === args[0]);
  if (args.length === 0) {
    process.stderr.write(overview(COMMANDS));
    return 1;
  }
  const help = beforeDashes(args).some((arg) => arg === "--help" || arg === "-h");
  if (help || args[0] === "help") {
    const named = args[0] === "help" ? COMMANDS.find(({ paths }) => paths?.[0]?.[0] === args[1]) : command;
    process.stdout.write(named === undefined ? overview(COMMANDS) : usageOf(cli, named));
    return 0;
  }
  try {
    return (await (await parse(cli, args, command)).execute()) ?? 0;
  } catch (error) {
    process.stderr.write(
      error instanceof UsageError ? usageError(error.message, cli, command, COMMANDS) : failure(error),
    );
    return 1;
  } finally {
    await log.flush();
  }
}

async function parse(cli: Cli, args: string[], command: CommandClass | undefined) {
  const [name = ""] = args;
  if (command === undefined)
    throw new UsageError(name.startsWith("-") ? `unknown option ${name}` : `unknown command '${name}'`);
  try {
    return cli.process(args, { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });
  } catch (error) {
    // The library's message repeats the whole usage; its first line says what is wrong.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError((message.split("\n").find((line) => line.trim() !== "") ?? message).replace(/\.$/, ""));
  }
}

/** Options that every command takes may stand before it. */
function globalsLast(argv: readonly string[]): string[] {
  const globals: string[] = [];
  const rest = [...argv];
  for (;;) {
    const [first = ""] = rest;
    if (/^--(config|artifacts-dir)$/.test(first)) globals.push(...rest.splice(0, 2));
    else if (/^--(config|artifacts-dir)=/.test(first)) globals.push(...rest.splice(0, 1));
    else return [...rest, ...globals];
  }
}

/** `--mcp NAME` and `--agent NAME`, whose name may be left out, as the library takes them. */
function joined(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const [before, next] = [args[index - 1], args[index + 1]];
    const optional = /^--(mcp|agent)$/;
    if (optional.test(arg) && next !== undefined && !next.startsWith("-")) return [`${arg}=${next}`];
    return before !== undefined && optional.test(before) && !arg.startsWith("-") ? [] : [arg];
  });
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf("--");
  return dashes === -1 ? args : args.slice(0, dashes);
}
