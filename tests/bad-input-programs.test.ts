import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomFor, SEED } from "./fuzz/cases.ts";
import { fillWorkspace } from "./fuzz/hostile-workspace.ts";
import { EXCESSIVE_JSON, hostileJson } from "./fuzz/json-text.ts";
import { ARTIFACT, MANIFEST, writeMethodology } from "./fuzz/methodology.ts";
import { plant, THINGS } from "./fuzz/plant.ts";
import { hostileToml } from "./fuzz/toml-text.ts";
import { treeDigest } from "./fuzz/tree-digest.ts";
import { envelopeProblems } from "./rig/envelope.ts";
import type { Ended } from "./rig/program.ts";
import { RUNA, RUNA_MCP } from "./rig/programs.ts";
import { cleanEnvironment, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

/** Marks every process that these tests start. */
const MARK = `RUNA_FUZZ_MARK=${randomUUID()}`;
/** What a terminal would obey or hide; line ends are runa's own. */
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\u3164]/u;

let scratch: Scratch;
let methodology: string;
let outside: string;
let untouched: string;
let template: string;

beforeAll(async () => {
  scratch = new Scratch("runa-bad-programs-");
  outside = join(scratch.path, "outside");
  mkdirSync(join(outside, "deep"), { recursive: true });
  writeFileSync(join(outside, "deep", "precious.json"), JSON.stringify(ARTIFACT));
  methodology = writeMethodology(join(scratch.path, "methodology"));
  template = join(scratch.path, "template");
  mkdirSync(template);
  expectClean(await runa(template, ["init", "--methodology", methodology]), 0);
  untouched = treeDigest(outside);
});

afterAll(() => {
  expect(treeDigest(outside)).toBe(untouched);
  expect(marked()).toEqual([]);
  scratch[Symbol.dispose]();
});

function environment(directory: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const [name = "", value = ""] = MARK.split("=");
  return { ...cleanEnvironment(directory), [name]: value, ...more };
}

function runa(directory: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return runProgram([process.execPath, RUNA, ...args], { directory, env: environment(scratch.path, more) });
}

/** A new project, made from the template. */
function newProject(name: string): string {
  const root = join(scratch.path, name);
  cpSync(template, root, { recursive: true });
  return root;
}

/** One shell line in a directory, with `$RUNA` and `$MCP` for the programs. */
function shell(directory: string, line: string, more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const programs = {
    RUNA: `${process.execPath} ${RUNA}`,
    MCP: `${process.execPath} ${RUNA_MCP}`,
  };
  const env = environment(scratch.path, { ...programs, ...more });
  return runProgram(["/bin/sh", "-c", line], { directory, env });
}

/**
 * Ended by itself with one of these exit codes, said `error:` once when it is 1 (`doctor` says what it found instead, on
 * stdout), showed no entrails, and nothing that a terminal would obey.
 */
function expectClean({ exitCode, stdout, stderr }: Ended, ...exits: number[]): void {
  expect(exits, stderr).toContain(exitCode);
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$|node:internal|Node\.js v\d/m);
  const errors = stderr.match(/^error: .*\S/gm) ?? [];
  expect(errors.length, stderr).toBe(exitCode === 1 && !stdout.startsWith("Methodology\n") ? 1 : 0);
  expect(stderr).not.toMatch(/error: error:/);
  expect(stdout).not.toMatch(HIDDEN);
  expect(stderr).not.toMatch(HIDDEN);
}

/** The processes that carry the mark. */
function marked(): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(MARK);
    } catch {
      return false;
    }
  });
}

describe(`bad input to the programs, seed ${SEED}`, () => {
  test("a workspace full of hostile files", async () => {
    const root = newProject("workspace");
    const valid = fillWorkspace(join(root, ".runa", "workspace"), outside, 300);
    const scan = await runa(root, ["scan"]);
    expectClean(scan, 0);
    expect(scan.stdout).toMatch(/^\d{3} new, 0 modified/);
    expect(scan.stdout).toContain("its name is not valid UTF-8");
    const doctor = await runa(root, ["doctor"]);
    expectClean(doctor, 1);
    expect(doctor.stdout).toContain("malformed");
    for (const args of [["state"], ["list"], ["step", "--dry-run"], ["run", "--dry-run"]])
      expectClean(await runa(root, args), 0, 3);
    for (const args of [["state"], ["step", "--dry-run"], ["run", "--dry-run"]]) {
      const ended = await runa(root, [...args, "--json"]);
      expect([0, 3]).toContain(ended.exitCode);
      expect(await envelopeProblems(ended.stdout)).toEqual([]);
    }
    // The undecodable name keeps the type from being trusted; without it everything that is valid counts.
    rmSync(
      Buffer.concat([Buffer.from(`${root}/.runa/workspace/request/`), Buffer.from([0xff, 0xfe]), Buffer.from(".json")]),
    );
    const { stdout } = await runa(root, ["state", "--json"]);
    const [draft] = (JSON.parse(stdout) as { protocols: { inputs: { instance_id: string; path: string }[] }[] })
      .protocols;
    const ids = draft?.inputs.map(({ instance_id }) => instance_id) ?? [];
    expect(ids).toEqual(expect.arrayContaining([...valid]));
    for (const absent of ["x", "link", "loop", "zero", "directory", ".hidden"]) expect(ids).not.toContain(absent);
    for (const { path } of draft?.inputs ?? []) expect(existsSync(join(root, path))).toBe(true);
    // Nothing is delivered through what is no directory of the workspace's own.
    for (const [protocol, type] of [
      ["draft", "design"],
      ["decide", "accepted"],
      ["decide", "rejected"],
    ] as const) {
      const { lines } = await speak(root, protocol, [call(1, type, { instance_id: "a", ...ARTIFACT })]);
      expect(JSON.stringify(lines)).toContain("is a symbolic link or not a directory");
    }
  });

  test("hundreds of hostile lines to one server", async () => {
    const root = newProject("lines");
    const template = call(7, "design", { instance_id: "a", ...ARTIFACT });
    const lines = Array.from({ length: 400 }, (_, index) => {
      const random = randomFor("program-line", index);
      return Buffer.from(
        hostileJson(random.oneIn(5) ? [template, template] : template, random).filter((b) => b !== 10),
      );
    });
    const excessive = EXCESSIVE_JSON.map(([, text], index) =>
      Buffer.from(
        index % 2 === 0
          ? text().replaceAll("\n", " ")
          : `{"jsonrpc":"2.0","id":${index},"method":"tools/call","params":{"name":"design","arguments":{"instance_id":"e${index}","parts":${text().replaceAll("\n", " ")}}}}`,
      ),
    );
    const last = call("last", "design", { instance_id: "last", title: "The last one" });
    const { lines: answers, ended } = await speak(root, "draft", [...lines, ...excessive, last]);
    expectClean(ended, 0);
    expect(answers.find(({ id }) => id === "last")?.result?.isError).toBeFalsy();
    for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/\\n\s+at |node:internal/);
    const scan = await runa(root, ["scan"]);
    expectClean(scan, 0);
    expect(scan.stdout).not.toMatch(/invalid|malformed/);
    expect(readdirSync(join(root, ".runa", "workspace"))).toEqual(["design"]);
  });

  test("hostile manifests and configs", async () => {
    const root = newProject("manifests");
    const directory = join(scratch.path, "hostile-methodology");
    const manifest = writeMethodology(directory);
    const config = join(root, "hostile.toml");
    for (let index = 0; index < 8; index++) {
      const random = randomFor("program-manifest", index);
      writeFileSync(manifest, hostileToml(MANIFEST, random));
      writeFileSync(config, hostileToml({ methodology_path: manifest, logging: { filter: "warn" } }, random));
      const [doctor, state, init] = await Promise.all([
        runa(root, ["doctor", "--config", config]),
        runa(root, ["state", "--json"], { RUNA_CONFIG: config }),
        runa(root, ["init", "--methodology", directory, "--config", join(root, "made.toml")]),
      ]);
      expectClean(doctor, 0, 1);
      expect([0, 1]).toContain(state.exitCode);
      expect(state.stderr.match(/^error: /gm) ?? []).toHaveLength(state.exitCode === 0 ? 0 : 1);
      if (state.exitCode === 0) expect(await envelopeProblems(state.stdout)).toEqual([]);
      expectClean(init, 0, 1);
    }
  });
});

describe("what lies where something else is expected", () => {
  // Each with the commands that open it.
  const PLACES: readonly (readonly [string, (root: string) => string])[] = [
    [".runa", (root) => join(root, ".runa")],
    [".runa/config.toml", (root) => join(root, ".runa", "config.toml")],
    [".runa/workspace", (root) => join(root, ".runa", "workspace")],
    [".runa/store", (root) => join(root, ".runa", "store")],
    [".runa/store/runa.db", (root) => join(root, ".runa", "store", "runa.db")],
    ["manifest.toml", (root) => join(root, "methodology", "manifest.toml")],
    ["a schema", (root) => join(root, "methodology", "schemas", "design.schema.json")],
    ["a PROTOCOL.md", (root) => join(root, "methodology", "protocols", "draft", "PROTOCOL.md")],
  ];

  test.each(PLACES)("%s", async (place, placeIn) => {
    const base = new Scratch("runa-things-");
    for (const thing of THINGS) {
      const root = join(base.path, thing);
      cpSync(template, root, { recursive: true });
      writeMethodology(join(root, "methodology"));
      writeFileSync(join(root, ".runa", "config.toml"), 'methodology_path = "methodology"\n');
      plant(thing, placeIn(root));
      // By itself: `init` makes what is missing.
      const state = await runa(root, ["state"]);
      const others = await Promise.all([
        ...(thing === "a pipe" || thing === "a directory"
          ? [runa(root, ["init", "--methodology", "methodology"])]
          : []),
        ...(thing === "a pipe" ? [speak(root, "draft", []).then(({ ended }) => ended)] : []),
      ]);
      for (const ended of [state, ...others]) expectClean(ended, 0, 1);
      // What cannot be read is said, not taken for nothing; where a directory is expected, one is right.
      const right = thing === "a directory" && place === ".runa/workspace";
      const absent = thing === "a dangling link" && place === ".runa/workspace";
      expect(state.exitCode, `${thing}: ${state.stdout}`).toBe(right || absent ? 0 : 1);
    }
    base[Symbol.dispose]();
  });

  test("an override that is none of the project's files", async () => {
    const root = newProject("override");
    for (const thing of ["a pipe", "a directory", "an endless device"] as const) {
      plant(thing, join(root, "odd"));
      // `init` writes where nothing lies.
      plant(thing, join(root, "odd-too"));
      const ends = await Promise.all([
        runa(root, ["state", "--config", "odd"]),
        runa(root, ["state"], { RUNA_CONFIG: join(root, "odd") }),
        runa(root, ["init", "--methodology", methodology, "--config", "odd-too"]),
        runa(root, ["state", "--artifacts-dir", "odd"]),
      ]);
      for (const ended of ends) expectClean(ended, 0, 1);
      expect(ends[0]?.exitCode).toBe(1);
      expect(ends[1]?.exitCode).toBe(1);
    }
  });

  test("an agent that leaves a pipe where its usage is read", async () => {
    const root = newProject("usage");
    mkdirSync(join(root, ".runa", "workspace", "request"));
    writeFileSync(join(root, ".runa", "workspace", "request", "a.json"), JSON.stringify(ARTIFACT));
    const config = join(root, ".runa", "config.toml");
    const line = 'rm -f "$RUNA_USAGE"; mkfifo "$RUNA_USAGE"';
    writeFileSync(
      config,
      `${readFileSync(config, "utf8")}\n[agent]\ncommand = ["sh", "-c", ${JSON.stringify(line)}]\n`,
    );
    const ended = await runa(root, ["run"]);
    expectClean(ended, 2);
    expect(ended.stderr).toContain("not_delivered");
  });
});

describe("surroundings", () => {
  const LINES: readonly (readonly [string, string, number, RegExp])[] = [
    ["a full device as stdout", "$RUNA state > /dev/full", 1, /^error: the output could not be written: ENOSPC/],
    [
      "a full device for --version",
      "$RUNA --version > /dev/full",
      1,
      /^error: the output could not be written: ENOSPC/,
    ],
    ["a full device for the server's --help", "$MCP --help > /dev/full", 1, /^error: the output could not be written/],
    ["closed stdout", "$RUNA state >&-", 0, /^$/],
    ["closed stdin, stdout and stderr", "$RUNA state <&- >&- 2>&-", 0, /^$/],
    ["a server without stdout", "$MCP --protocol draft >&- < /dev/null", 0, /^$/],
    ["a server that reads a directory", "$MCP --protocol draft < .", 0, /^$/],
    [
      "a current directory that is gone",
      "mkdir gone; cd gone; rmdir ../gone; $RUNA state",
      1,
      /^error: the current directory no longer exists/,
    ],
    [
      "init where there is no directory",
      'mkdir gone; cd gone; rmdir ../gone; $RUNA init --methodology "$M"',
      1,
      /^error: the current directory no longer exists/,
    ],
    [
      "a server where there is no directory",
      "mkdir gone; cd gone; rmdir ../gone; $MCP --protocol draft",
      1,
      /^error: the current directory no longer exists/,
    ],
    ["no environment at all", "env -i $RUNA state", 0, /^$/],
    ["an empty PATH", "PATH= /usr/bin/env -i PATH= $RUNA step --dry-run --json > /dev/null", 0, /^$/],
    [
      "an empty artifacts directory",
      "$RUNA state --artifacts-dir ''",
      1,
      /^error: --artifacts-dir needs a directory; it is empty/,
    ],
    ["the root as artifacts directory", "$RUNA state --artifacts-dir /", 0, /^$/],
    ["the methodology as artifacts directory", '$RUNA scan --artifacts-dir "$(dirname "$M")"', 0, /^$/],
    [
      "a name that a terminal would obey",
      "$RUNA \"$(printf '\\033[31mstate')\"",
      1,
      /^error: unknown command '\\u\{1b\}\[31mstate'/,
    ],
    [
      "a work unit of 100,000 characters",
      '$RUNA state --work-unit "$(head -c 100000 /dev/zero | tr "\\0" x)"',
      0,
      /^warning: no artifact names work unit/,
    ],
    [
      "a work unit of two lines",
      "$RUNA state --work-unit \"$(printf '..\\n/etc')\"",
      0,
      /^warning: no artifact names work unit '\.\.\\u\{a\}\/etc'\n$/,
    ],
    [
      "a work unit that looks like an option",
      "$RUNA state --work-unit=--json",
      0,
      /^warning: no artifact names work unit '--json'\n$/,
    ],
    ["a server's work unit that looks like an option", "$MCP --protocol watch --work-unit -x < /dev/null", 0, /^$/],
  ];

  test.each(LINES)("%s", async (_, line, exit, said) => {
    using here = new Scratch("runa-surroundings-");
    cpSync(template, here.path, { recursive: true });
    const ended = await shell(here.path, line, { M: methodology });
    expectClean(ended, exit);
    expect(ended.stderr).toMatch(said);
  });

  test("a reader that goes away changes no exit code", async () => {
    const root = newProject("reader");
    plant("garbage", join(root, ".runa", "workspace", "request", "a.json"));
    const ended = await shell(root, '{ $RUNA doctor; echo "exit $?" >&2; } | true');
    expect(ended).toMatchObject({ exitCode: 0, stderr: "exit 1\n" });
  });

  test("a store that goes while it is used", async () => {
    const root = newProject("vanishing");
    mkdirSync(join(root, ".runa", "workspace", "request"));
    writeFileSync(join(root, ".runa", "workspace", "request", "a.json"), JSON.stringify(ARTIFACT));
    const config = join(root, ".runa", "config.toml");
    writeFileSync(config, `${readFileSync(config, "utf8")}\n[agent]\ncommand = ["rm", "-r", ".runa/store"]\n`);
    expectClean(await runa(root, ["run"]), 1, 2);
    const gone = await runa(root, ["state"]);
    expectClean(gone, 1);
    expect(gone.stderr).toContain("holds no store");
    expectClean(await runa(root, ["scan", "--rebuild"]), 0);
    expectClean(await runa(root, ["state"]), 0);
  });
});

function call(id: unknown, name: string, args: object): Record<string, never> {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } } as unknown as Record<
    string,
    never
  >;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean };
}

/** Speaks lines to a server of its own and gives what it answered once its input has ended. */
async function speak(
  directory: string,
  protocol: string,
  lines: readonly (Uint8Array | object)[],
): Promise<{ lines: Answer[]; ended: Ended }> {
  const hello = {
    jsonrpc: "2.0",
    id: "hello",
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
  };
  const written = [hello, ...lines].flatMap((line) => [
    line instanceof Uint8Array ? line : Buffer.from(JSON.stringify(line)),
    Buffer.from("\n"),
  ]);
  const { stdout, ...ended } = await runProgram([process.execPath, RUNA_MCP, "--protocol", protocol], {
    directory,
    env: environment(scratch.path),
    input: Buffer.concat(written),
  });
  const answers = stdout
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => JSON.parse(line) as Answer | Answer[]);
  // What it answered is JSON, in which anything may stand; the rest is held to what a program may print.
  return { lines: answers, ended: { ...ended, stdout: "" } };
}
