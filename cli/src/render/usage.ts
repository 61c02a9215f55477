import { nearest } from "@runa/engine";
import type { Cli, CommandClass } from "clipanion";
import {
  noSuchOption,
  optionTakesNoValue,
  optionValueMissing,
  otherWords,
  tooManyWords,
  wordsMissing,
} from "../messages.ts";
import { fitted, lineWidth } from "../output/fit.ts";
import { stdout } from "../output/output.ts";
import { sentence } from "./sentence.ts";
import { columns } from "./style.ts";
import { wrapped as wrappedTo } from "./wrapped.ts";

/** What the value of an option is; the library knows at most that there is one. */
const VALUES: Readonly<Record<string, string>> = {
  "--config": "PATH",
  "--artifacts-dir": "DIR",
  "--methodology": "PATH",
  "--format": "FORMAT",
  "--work-unit": "ID",
  "--agent": "NAME",
  "--mcp": "PROTOCOL",
  "--prompt": "PROTOCOL",
  "--attempt": "ID",
  "--protocol": "NAME",
  "--note": "TEXT",
  "--only": "TEXT",
  "--choose": "MEMBER",
  "--decide": "HOW",
  "--until": "PROTOCOL",
  "--kind": "KIND",
  "--since": "TIME",
  "--at": "WHEN",
  "--from": "WHEN",
  "--to": "WHEN",
  "--limit": "N",
  "--expect": "HEAD",
  "--html": "FILE",
  "--jobs": "N",
  "--max-attempts": "N",
  "--time-limit": "DURATION",
  "--grace": "DURATION",
  "--as": "TYPE",
  "--set": "KEY=VALUE",
  "--hash": "HASH",
  "--accept-methodology": "HASH",
  "--batch": "FILE",
  "--key": "FILE",
};

/** Text is never set wider than this. */
const WIDEST = 100;

/** One option of a command, as it is shown. */
interface Option {
  readonly name: string;
  /** `--work-unit ID`. */
  readonly shown: string;
  readonly required: boolean;
  readonly description: string;
}

function nameOf({ paths }: CommandClass): string {
  return paths?.[0]?.[0] ?? "";
}

/** The help of runa as a whole. */
export function overview(commands: readonly CommandClass[]): string {
  return text([
    "runa: the runtime that makes agent work verifiable",
    "",
    "Usage: runa COMMAND [options]",
    "",
    "Commands:",
    ...columns(
      commands.map((command) => [nameOf(command), command.usage?.description ?? ""]),
      "  ",
    ),
    "",
    "Every command takes:",
    "  --config PATH         the configuration file (before RUNA_CONFIG and .runa/config.toml)",
    "  --artifacts-dir DIR   where the artifacts lie",
    "  --help                what it does, its options, and examples",
    "",
    "runa --version prints the version.",
    "Begin with: runa init --methodology PATH",
  ]);
}

/** The help of one command: what it does, its options, examples. */
export function usageOf(cli: Cli, command: CommandClass): string {
  const { description = "", details = "", examples = [] } = command.usage ?? {};
  return text([
    `runa ${nameOf(command)}: ${description}`,
    "",
    ...synopsis(cli, command),
    "",
    ...wrapped(details.trim().split(/\s+/)),
    "",
    "Options:",
    ...optionLines(optionsOf(cli, command)),
    "",
    "Examples:",
    ...examples.flatMap(([what, line]) => [`  ${what}:`, `    ${line.replaceAll("$0", "runa")}`]),
  ]);
}

/** What is shown for a command line that cannot be carried out. */
export function usageError(
  message: string,
  cli: Cli,
  command: CommandClass | undefined,
  commands: readonly CommandClass[],
): string {
  if (command === undefined) {
    const typed = /'([^']*)'/.exec(message)?.[1];
    return `error: ${sentence(message)}${typed === undefined ? "" : meant(typed, commands.map(nameOf))}\n\n${overview(commands)}`;
  }
  const name = nameOf(command);
  return text([
    `error: ${sentence(inWords(message, name, optionsOf(cli, command), wordsOf(cli, command)))}`,
    "",
    ...synopsis(cli, command),
    `More: runa ${name} --help`,
  ]);
}

/** What the library says of a command line, in runa's words. */
function inWords(message: string, command: string, options: readonly Option[], words: readonly string[]): string {
  const quoted = /\("(.*)"\)$/.exec(message)?.[1] ?? "";
  const known = options.map(({ name }) => name);
  if (message.startsWith("Unsupported option name")) return noSuchOption(command, quoted, meant(quoted, known));
  if (message.startsWith("Invalid option name")) {
    const [name = ""] = quoted.split("=");
    return known.includes(name) ? optionTakesNoValue(name) : noSuchOption(command, name, meant(name, known));
  }
  if (message.startsWith("Extraneous positional argument")) return tooManyWords(command, wordsText(words), quoted);
  if (message.startsWith("Not enough positional arguments"))
    return wordsMissing(command, words.filter((word) => !word.startsWith("[")).join(" "));
  const option = /^Not enough arguments to option (\S+)$/.exec(message)?.[1];
  if (option !== undefined) return optionValueMissing(options.find(({ name }) => name === option)?.shown ?? option);
  const required = options.filter((candidate) => candidate.required).map(({ shown }) => shown);
  if (!/^Command not found/.test(message)) return message;
  if (required.length > 0) return wordsMissing(command, required.join(" and "));
  return otherWords(command, wordsText(words));
}

function wordsText(words: readonly string[]): string {
  return words.length === 0 ? "no argument" : `only ${words.join(" ")}`;
}

function meant(typed: string, known: readonly string[]): string {
  const near = nearest(typed, known);
  return near === null ? "" : ` — did you mean '${near}'?`;
}

/** A command, with what the library does not tell of it. */
type ShownCommand = CommandClass & {
  /** The ways in which it is called, where one line of its words and options would not tell. */
  readonly forms?: readonly (readonly string[])[];
  /** What it takes any number of, beside options and behind its other words. */
  readonly more?: string;
};

function synopsis(cli: Cli, command: ShownCommand): string[] {
  const { forms } = command;
  if (forms !== undefined) {
    const common = optionsOf(cli, command).filter(isCommon);
    return forms.flatMap((form, index) =>
      wrapped(
        [
          `${index === 0 ? "Usage:" : "      "} runa ${nameOf(command)}`,
          ...form,
          ...common.map(({ shown }) => `[${shown}]`),
        ],
        "         ",
      ),
    );
  }
  const options = optionsOf(cli, command).map(({ shown, required }) => (required ? shown : `[${shown}]`));
  return wrapped([`Usage: runa ${nameOf(command)}`, ...wordsOf(cli, command), ...options], "         ");
}

function definitionOf(cli: Cli, command: CommandClass) {
  return cli.definitions().find(({ path }) => path === `runa ${nameOf(command)}`);
}

/** What a command takes, for whoever completes a command line. */
export interface CommandForm {
  /** What it takes beside options, in its order, as its help names it. */
  readonly words: readonly string[];
  /** What it takes of these any number of behind them; null where there is nothing. */
  readonly more: string | null;
  readonly options: readonly {
    readonly name: string;
    /** What the help calls its value; null where it takes none. */
    readonly value: string | null;
    readonly optionalValue: boolean;
    readonly description: string;
  }[];
}

/** What a command takes. */
export function formOf(cli: Cli, command: ShownCommand): CommandForm {
  const usage = definitionOf(cli, command)?.usage ?? "";
  return {
    words: [...usage.matchAll(/<([^>]+)>|\[([A-Z]+)\]/g)].map(([, required, optional]) => required ?? optional ?? ""),
    more: command.more ?? null,
    options: optionsOf(cli, command).map(({ name, shown, description }) => {
      const [, value = ""] = shown.split(" ");
      return {
        name,
        value: value === "" ? null : value.replace(/[[\]]/g, ""),
        optionalValue: value.startsWith("["),
        description,
      };
    }),
  };
}

/** What a command takes beside options, in its order; what may be left out in brackets, as the library writes it. */
function wordsOf(cli: Cli, command: ShownCommand): string[] {
  const usage = definitionOf(cli, command)?.usage ?? "";
  const words = [...usage.matchAll(/<([^>]+)>|(\[[^\]-][^\]]*\])/g)].map(
    ([, word, optional]) => word ?? optional ?? "",
  );
  return command.more === undefined ? words : [...words, `[${command.more}...]`];
}

/** Options in two columns, the second one wrapped. */
function optionLines(options: readonly Option[]): string[] {
  const left = 4 + Math.max(...options.map(({ shown }) => shown.length));
  return options.flatMap(({ shown, required, description }) =>
    wrapped(
      [`  ${shown}`.padEnd(left - 1), ...`${description}${required ? " Required." : ""}`.split(" ")],
      " ".repeat(left),
    ),
  );
}

/** A command's options: first those that must be given, then its own, last those that every command takes. */
function optionsOf(cli: Cli, command: CommandClass): Option[] {
  const options = (definitionOf(cli, command)?.options ?? []).map(
    ({ definition, description = "", required }): Option => {
      const [name = "", value] = definition.split(" ");
      return {
        name,
        shown: value === undefined ? withOptionalValue(name) : `${name} ${VALUES[name] ?? "VALUE"}`,
        required,
        description,
      };
    },
  );
  const rank = (option: Option) => (option.required ? 0 : isCommon(option) ? 2 : 1);
  return options.sort((a, b) => rank(a) - rank(b));
}

/** Whether every command takes it. */
function isCommon({ name }: Pick<Option, "name">): boolean {
  return ["--config", "--artifacts-dir"].includes(name);
}

/** The library takes an option whose value may be left out for one without a value. */
function withOptionalValue(name: string): string {
  const value = VALUES[name];
  return value === undefined ? name : `${name} [${value}]`;
}

function wrapped(pieces: readonly string[], indent = ""): string[] {
  return wrappedTo(pieces, indent, Math.min(WIDEST, lineWidth(stdout)));
}

function text(lines: readonly string[]): string {
  return fitted(lines, stdout)
    .map((line) => `${line}\n`)
    .join("");
}
