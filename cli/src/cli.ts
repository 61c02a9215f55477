import { log, version } from "@runa/engine";
import { Cli, type CommandClass } from "clipanion";
import { UsageError } from "./input/usage-error.ts";
import { commandMissing, optionBeforeCommand, unknownCommand } from "./messages.ts";
import { fail } from "./output/notices.ts";
import { stderr, stdout } from "./output/output.ts";
import { failure } from "./render/failure.ts";

/** Each command loads only what it needs itself; in the order in which the help lists them. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandClass>>> = {
  init: async () => (await import("./commands/init.ts")).InitCommand,
  scan: async () => (await import("./commands/scan.ts")).ScanCommand,
  show: async () => (await import("./commands/show.ts")).ShowCommand,
  diff: async () => (await import("./commands/diff.ts")).DiffCommand,
  validate: async () => (await import("./commands/validate.ts")).ValidateCommand,
  list: async () => (await import("./commands/list.ts")).ListCommand,
  graph: async () => (await import("./commands/graph.ts")).GraphCommand,
  state: async () => (await import("./commands/state.ts")).StateCommand,
  explain: async () => (await import("./commands/explain.ts")).ExplainCommand,
  lint: async () => (await import("./commands/lint.ts")).LintCommand,
  test: async () => (await import("./commands/test.ts")).TestCommand,
  rehearse: async () => (await import("./commands/rehearse.ts")).RehearseCommand,
  doctor: async () => (await import("./commands/doctor.ts")).DoctorCommand,
  step: async () => (await import("./commands/step.ts")).StepCommand,
  run: async () => (await import("./commands/run.ts")).RunCommand,
  deliver: async () => (await import("./commands/deliver.ts")).DeliverCommand,
  approvals: async () => (await import("./commands/approvals.ts")).ApprovalsCommand,
  approve: async () => (await import("./commands/approve.ts")).ApproveCommand,
  reject: async () => (await import("./commands/reject.ts")).RejectCommand,
  revoke: async () => (await import("./commands/revoke.ts")).RevokeCommand,
  reopen: async () => (await import("./commands/reopen.ts")).ReopenCommand,
  accept: async () => (await import("./commands/accept.ts")).AcceptCommand,
  release: async () => (await import("./commands/release.ts")).ReleaseCommand,
  gc: async () => (await import("./commands/gc.ts")).GcCommand,
  forget: async () => (await import("./commands/forget.ts")).ForgetCommand,
  attempts: async () => (await import("./commands/attempts.ts")).AttemptsCommand,
  output: async () => (await import("./commands/output.ts")).OutputCommand,
  log: async () => (await import("./commands/log.ts")).LogCommand,
  audit: async () => (await import("./commands/audit.ts")).AuditCommand,
  completion: async () => (await import("./commands/completion.ts")).CompletionCommand,
};

/** Other words for a command. */
const SYNONYMS: Readonly<Record<string, string>> = { why: "explain" };

/**
 * Runs one command line; resolves to the exit code.
 * Wrong usage and every failure end in 1 with what is wrong on stderr (contract.md sections 6 and 9).
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [typed = "", ...more] = joined(globalsLast(argv));
  const name = commandNamed(typed);
  const args = [name, ...more];
  if (name === "__complete") return complete(argv.slice(1));
  if (name === "") return help(stderr, undefined, 1);
  if (name === "help") return helpFor(args[1]);
  if (beforeDashes(args).some((arg) => arg === "--help" || arg === "-h")) return help(stdout, name, 0);
  const command = await commandOf(name);
  const cli = grammar(command);
  try {
    return (await parse(cli, args, command).execute()) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) return wrongUsage(error, cli, command, name);
    fail(name, failure(error));
    return 1;
  } finally {
    await log.flush();
  }
}

/** What a shell's completion asks: `__complete SHELL -- WORD...`. It is no command for people. */
async function complete([shell = "", , ...words]: readonly string[]): Promise<number> {
  const { completionAnswer } = await import("./completion/complete.ts");
  stdout.write(
    await completionAnswer(shell, words, {
      commands: Object.keys(COMMANDS),
      descriptions: async () => {
        const commands = await everyCommand();
        return new Map(commands.map(({ paths, usage }) => [paths?.[0]?.[0] ?? "", usage?.description ?? ""]));
      },
      formOf: async (name) => {
        const command = await commandOf(name);
        const { formOf } = await import("./render/usage.ts");
        return command === undefined ? null : formOf(grammar(command), command);
      },
    }),
  );
  return 0;
}

function commandNamed(word: string): string {
  return (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined) ?? word;
}

function commandOf(word: string): Promise<CommandClass> | undefined {
  const name = commandNamed(word);
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.() : undefined;
}

function everyCommand(): Promise<CommandClass[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}

/** The grammar of one command line: what the other commands take is of no use to it. */
function grammar(command: CommandClass | undefined): Cli {
  const label = { binaryName: "runa", binaryLabel: "runa", binaryVersion: version, enableColors: false };
  return Cli.from(command === undefined ? [] : [command], label);
}

async function wrongUsage(
  { message }: UsageError,
  cli: Cli,
  command: CommandClass | undefined,
  name: string,
): Promise<number> {
  const { usageError } = await import("./render/usage.ts");
  fail(name, usageError(message, cli, command, await everyCommand()));
  return 1;
}

/** `runa help` and `runa help COMMAND`. */
async function helpFor(name: string | undefined): Promise<number> {
  if (name === undefined || (await commandOf(name)) !== undefined) return help(stdout, name, 0);
  return wrongUsage(unknown(name), grammar(undefined), undefined, "help");
}

async function help(stream: typeof stdout, name: string | undefined, exitCode: number): Promise<number> {
  const { overview, usageOf } = await import("./render/usage.ts");
  const command = name === undefined ? undefined : await commandOf(name);
  stream.write(command === undefined ? overview(await everyCommand()) : usageOf(grammar(command), command));
  return exitCode;
}

function parse(cli: Cli, args: string[], command: CommandClass | undefined) {
  const [name = ""] = args;
  if (command === undefined) throw unknown(name);
  try {
    return cli.process(args, Cli.defaultContext);
  } catch (error) {
    // The library's message repeats the whole usage; its first line says what is wrong.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError((message.split("\n").find((line) => line.trim() !== "") ?? message).replace(/\.$/, ""));
  }
}

/** What is wrong where a command belongs. */
function unknown(name: string): UsageError {
  if (isGlobal(name)) return new UsageError(commandMissing());
  if (name.startsWith("-")) return new UsageError(optionBeforeCommand(name));
  return new UsageError(unknownCommand(name));
}

/** Options that every command takes may stand before it. */
function globalsLast(argv: readonly string[]): string[] {
  const globals: string[] = [];
  const rest = [...argv];
  for (;;) {
    const [first = ""] = rest;
    if (isGlobal(first)) globals.push(...rest.splice(0, first.includes("=") ? 1 : 2));
    else return [...rest, ...globals];
  }
}

function isGlobal(arg: string): boolean {
  return /^--(config|artifacts-dir)(=|$)/.test(arg);
}

/** `--mcp NAME`, `--agent NAME` and `--prompt NAME`, whose name may be left out, and values below zero, as the library takes them. */
function joined(args: readonly string[]): string[] {
  const belong = (option: string | undefined, value: string | undefined) =>
    option !== undefined &&
    value !== undefined &&
    ((/^--(mcp|agent|prompt)$/.test(option) && !value.startsWith("-")) ||
      (/^--(jobs|max-attempts|time-limit|grace|limit|since)$/.test(option) && /^-\d/.test(value)));
  return args.flatMap((arg, index) => {
    const [before, next] = [args[index - 1], args[index + 1]];
    if (belong(arg, next)) return [`${arg}=${next}`];
    return belong(before, arg) ? [] : [arg];
  });
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf("--");
  return dashes === -1 ? args : args.slice(0, dashes);
}
