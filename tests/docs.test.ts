import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { codeSpansOf, type Fence, fencesOf, relativeLinksOf } from "./markdown.ts";
import { recordedEnvelopes } from "./rig/envelope.ts";
import { CHECKOUT, RUNA, RUNA_AGENT, RUNA_MCP } from "./rig/programs.ts";
import { cleanEnvironment, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const PAGES = [
  "README.md",
  ...readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`),
  ...["gated-change", "gated-runbook"].map((name) => `examples/${name}/README.md`),
  ...readdirSync(join(CHECKOUT, "methodologies")).map((name) => `methodologies/${name}/README.md`),
].filter((file) => file.endsWith(".md"));

const PROGRAMS = { runa: RUNA, "runa-mcp": RUNA_MCP, "runa-agent": RUNA_AGENT } as const;

/** What the README has a stranger do in a fresh checkout. It is done elsewhere: here it would test itself without end. */
const IN_THE_CHECKOUT = ["npm ci && npm run quickstart", "npm ci && npm test", "npm ci && npm install -g ."];

/** A line of one; an exit code that was expected may have come about by a crash. */
const STACK_TRACE = /^ +at .*:\d+:\d+\)?$/m;

const read = (page: string) => readFileSync(join(CHECKOUT, page), "utf8");

/** A place for one page: its programs on the PATH, a home, and the directory that its blocks run in. */
function placeFor(scratch: Scratch) {
  const [bin, home, envelopes, directory] = ["bin", "home", "envelopes", "page"].map((name) => {
    const path = join(scratch.path, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string, string];
  for (const [name, program] of Object.entries(PROGRAMS)) symlinkSync(program, join(bin, name));
  const environment = cleanEnvironment(home);
  return {
    directory,
    envelopes,
    environment: {
      ...environment,
      PATH: [bin, dirname(process.execPath), environment.PATH].join(delimiter),
      NODE_OPTIONS: `--require=${JSON.stringify(join(CHECKOUT, "tests/record-envelopes.cjs"))}`,
      RECORDED_ENVELOPES: envelopes,
    },
  };
}

/** A block without the commands for the checkout. */
function commandsOf({ text }: Fence): string {
  return text
    .split("\n")
    .filter((line) => !IN_THE_CHECKOUT.includes(line.trim()))
    .join("\n");
}

describe.concurrent("the blocks of a page do what it says", () => {
  test.each(PAGES)("%s", { timeout: 180_000 }, async (page) => {
    using scratch = new Scratch();
    const { directory, envelopes, environment } = placeFor(scratch);
    for (const fence of fencesOf(read(page))) {
      if (fence.file !== undefined) {
        mkdirSync(dirname(join(directory, fence.file)), { recursive: true });
        writeFileSync(join(directory, fence.file), fence.text);
      }
      if (fence.language !== "sh" || fence.file !== undefined) continue;
      const script = ["sh", "-e", "-c", commandsOf(fence)] as const;
      const ended = await runProgram(script, { directory, env: environment, patience: 120_000 });
      const report = `${page}:${fence.line}\n${fence.text}--- stdout\n${ended.stdout}--- stderr\n${ended.stderr}`;
      expect(ended.exitCode, report).toBe(fence.exit);
      expect(ended.stderr, report).not.toMatch(STACK_TRACE);
    }
    expect((await recordedEnvelopes(envelopes)).problems).toEqual([]);
  });
});

test.each(PAGES)("the links of %s lead somewhere", (page) => {
  const broken = relativeLinksOf(read(page)).filter((target) => {
    const [path = "", anchor] = target.split("#");
    const file = join(CHECKOUT, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(readFileSync(file, "utf8")).includes(anchor));
  });
  expect(broken).toEqual([]);
});

/** The anchors of a page's headings, as code forges make them. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("every command line that is only shown exists", () => {
  /** The options of each command, from its own help. */
  const options = new Map<string, ReadonlySet<string>>();

  const help = async (program: keyof typeof PROGRAMS, ...args: string[]) =>
    (await runProgram([process.execPath, PROGRAMS[program], ...args, "--help"], { directory: CHECKOUT })).stdout;

  beforeAll(async () => {
    const learn = (command: string, text: string) =>
      options.set(command, new Set(["--help", "--version", ...(text.match(/--[a-z][a-z-]*/g) ?? [])]));
    const overview = await help("runa");
    learn("runa", overview);
    for (const [, command = ""] of overview.matchAll(/^ {2}([a-z]+) {2,}/gm))
      learn(`runa ${command}`, await help("runa", command));
    learn("runa help", "");
    learn("runa-mcp", await help("runa-mcp"));
    const agents = await help("runa-agent");
    learn("runa-agent", "");
    for (const [, name = ""] of agents.matchAll(/^ {2}runa-agent ([a-z-]+)/gm))
      learn(`runa-agent ${name}`, await help("runa-agent", name));
  }, 120_000);

  /** What is wrong with a command line of runa's programs; nothing for any other text. */
  function problemOf(text: string): string | null {
    const [, program, rest = ""] = /^(?:\$ )?(runa(?:-mcp|-agent)?)((?: [^#|>;&]*)?)/.exec(text.trim()) ?? [];
    const words = rest.replaceAll(/[[\]]/g, " ").trim().split(/\s+/).filter(Boolean);
    const [first = ""] = words;
    // Not a command line: a placeholder, a version, or prose that begins with the name.
    if (program === undefined || !/^(--?[a-z]|[a-z-]+$)/.test(first)) return null;
    const command = program === "runa-mcp" || first.startsWith("-") ? program : `${program} ${first}`;
    const known = options.get(command);
    if (known === undefined) return `${text}: no such command`;
    const unknown = words.map((word) => /^--[a-z-]+/.exec(word)?.[0]).find((flag) => flag && !known.has(flag));
    return unknown === undefined ? null : `${text}: no option ${unknown}`;
  }

  test("what a console block or a line of text names is judged", () => {
    expect(
      ["$ runa state --jsn", "runa stat", "runa-mcp --protocl x", "$ runa-agent rehearse --loud"].map(problemOf),
    ).toEqual([
      "$ runa state --jsn: no option --jsn",
      "runa stat: no such command",
      "runa-mcp --protocl x: no option --protocl",
      "$ runa-agent rehearse --loud: no option --loud",
    ]);
    expect(["$ runa run --dry-run --work-unit a", "runa 0.1.0", "runa COMMAND --help", "ls"].map(problemOf)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test.each(PAGES)("%s", (page) => {
    const text = read(page);
    const shown = fencesOf(text).filter(({ language }) => language === "console");
    const lines = [...shown.flatMap((fence) => fence.text.split("\n")), ...codeSpansOf(text)];
    expect(lines.map(problemOf).filter((problem) => problem !== null)).toEqual([]);
  });
});

test("the commands for the checkout are those that are known, and the README begins with two of them", () => {
  const lines = PAGES.flatMap((page) =>
    fencesOf(read(page))
      .filter(({ language, file }) => file === undefined && /^(sh|console)$/.test(language))
      .flatMap(({ text }) => text.split("\n"))
      .map((line) => line.replace(/^\$ /, "").trim())
      .filter((line) => /\bnpm\b/.test(line)),
  );
  expect(lines.slice(0, 2)).toEqual(IN_THE_CHECKOUT.slice(0, 2));
  expect(lines.filter((line) => !IN_THE_CHECKOUT.includes(line))).toEqual([]);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["quickstart", "test", "prepare"]));
});
