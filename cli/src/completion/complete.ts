import type { CommandForm } from "../render/usage.ts";
import { unquoted } from "./shell-words.ts";
import { type Completion, type EvaluatedCandidate, valuesOf } from "./values.ts";

/** How completion learns what runa's command lines look like. */
export interface Grammar {
  /** The commands' names, in their order. */
  readonly commands: readonly string[];
  /** What each command is for; loads all of them. */
  readonly descriptions: () => Promise<ReadonlyMap<string, string>>;
  /** What a command takes; null for a name that is none. */
  readonly formOf: (command: string) => Promise<CommandForm | null>;
}

/** Options that may stand before the command. */
const GLOBAL: CommandForm["options"] = [
  { name: "--config", value: "PATH", description: "The configuration file.", optionalValue: false },
  { name: "--artifacts-dir", value: "DIR", description: "Where the artifacts lie.", optionalValue: false },
];

/**
 * What may stand where the cursor is.
 * @param words the words of the command line after `runa`, the last one as far as it is typed
 */
export async function complete(words: readonly string[], grammar: Grammar): Promise<Completion> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const at = commandPlace(before);
  if (at === null) return atCommand(before, current, grammar);
  const command = before[at] ?? "";
  if (command === "help") return before.length === at + 1 ? commandsOf(current, grammar) : [];
  const form = await grammar.formOf(command);
  if (form === null) return [];
  const line = read(before.toSpliced(at, 1), form);
  const around = {
    command,
    given: line.given,
    config: line.values["--config"],
    artifactsDir: line.values["--artifacts-dir"],
  };
  const open = line.open;
  if (open !== null && !(open.optionalValue && current.startsWith("-")))
    return startingWith(current, await valuesOf(open.value ?? "", open.name, around));
  if (current.startsWith("-") && !line.dashes)
    return ofOption(current, form, line, (name, option) => valuesOf(name, option, around));
  const taken = Object.values(line.given);
  const place = form.words[taken.length];
  if (place !== undefined) return startingWith(current, await valuesOf(place, null, around));
  if (form.more === null) return [];
  const found = await valuesOf(form.more, null, around);
  return startingWith(current, typeof found === "string" ? found : found.filter(({ value }) => !taken.includes(value)));
}

/** Where the command stands; null where it is still to come. */
function commandPlace(before: readonly string[]): number | null {
  let at = 0;
  while (/^--(config|artifacts-dir)(=|$)/.test(before[at] ?? "")) at += before[at]?.includes("=") === true ? 1 : 2;
  return at < before.length ? at : null;
}

async function atCommand(before: readonly string[], current: string, grammar: Grammar): Promise<Completion> {
  const open = GLOBAL.find(({ name }) => name === before.at(-1));
  if (open !== undefined) return open.value === "DIR" ? "directories" : "files";
  if (!current.startsWith("-")) return commandsOf(current, grammar);
  const options = [...GLOBAL, ...["--help", "--version"].map((name) => ({ name, description: "" }))];
  return startingWith(
    current,
    options.map(({ name: value, description }) => ({ value, description })),
  );
}

async function commandsOf(
  current: string,
  { commands, descriptions }: Grammar,
): Promise<readonly EvaluatedCandidate[]> {
  const fitting = [...commands, "help"].filter((name) => name.startsWith(current));
  // All commands have to be loaded for this, which is worth it only where there is something to choose between.
  const told = fitting.length > 1 ? await descriptions() : new Map<string, string>();
  return fitting.map((value) => ({
    value,
    description: told.get(value) ?? (value === "help" ? "Show what a command does." : ""),
  }));
}

/** What a command's arguments come to, as far as they stand before the cursor. */
interface ReadLine {
  /** The arguments that are no options, by the names that the help has for them. */
  readonly given: Record<string, string>;
  readonly values: Record<string, string>;
  readonly options: Set<string>;
  /** The option whose value comes next. */
  open: CommandForm["options"][number] | null;
  /** Whether `--` has ended the options. */
  dashes: boolean;
}

function read(words: readonly string[], form: CommandForm): ReadLine {
  const line: ReadLine = { given: {}, values: {}, options: new Set(), open: null, dashes: false };
  for (const word of words) {
    const open: ReadLine["open"] = line.open;
    line.open = null;
    if (open !== null && !(open.optionalValue && word.startsWith("-"))) line.values[open.name] = word;
    else if (line.dashes || !word.startsWith("-")) {
      const count = Object.keys(line.given).length;
      line.given[form.words[count] ?? `more ${count}`] = word;
    } else if (word === "--") line.dashes = true;
    else {
      const [name = "", value] = word.split(/=([\s\S]*)/);
      line.options.add(name);
      if (value !== undefined) line.values[name] = value;
      else line.open = form.options.find((option) => option.name === name && option.value !== null) ?? null;
    }
  }
  return line;
}

async function ofOption(
  current: string,
  { options }: CommandForm,
  { options: given }: ReadLine,
  values: (name: string, option: string) => Promise<Completion>,
): Promise<Completion> {
  const equals = current.indexOf("=");
  if (equals === -1) {
    const left = [...options, { name: "--help", description: "What it does, its options, examples." }];
    return startingWith(
      current,
      left.filter(({ name }) => !given.has(name)).map(({ name: value, description }) => ({ value, description })),
    );
  }
  const name = current.slice(0, equals);
  const option = options.find((one) => one.name === name);
  if (option?.value == null) return [];
  const found = await values(option.value, name);
  if (typeof found === "string") return found;
  return startingWith(
    current,
    found.map((candidate) => ({ ...candidate, value: `${name}=${candidate.value}` })),
  );
}

function startingWith(current: string, found: Completion): Completion {
  return typeof found === "string" ? found : found.filter(({ value }) => value.startsWith(current));
}

/** So many names are told; nobody reads more, and a shell takes its time over them. */
const MOST = 1000;

/**
 * The answer to a shell's question: a line for each candidate, its value and a tab and its description, and a last line
 * that says whether paths may stand there as well. Whatever goes wrong, there are no candidates.
 * @param words as the shell hands them over; bash does so with their quotes
 */
export async function completionAnswer(shell: string, words: readonly string[], grammar: Grammar): Promise<string> {
  try {
    const found = await complete(shell === "bash" ? words.map(unquoted) : words, grammar);
    if (typeof found === "string") return `:${found}\n`;
    const lines = found
      .filter(({ value }) => !/[\p{Cc}\u2028\u2029]/u.test(value))
      .slice(0, MOST)
      .map(({ value, description = "" }) => `${value}\t${description.replace(/\s+/g, " ")}\n`);
    return `${lines.join("")}:\n`;
  } catch {
    return ":\n";
  }
}
