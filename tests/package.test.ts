import { appendFileSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ended } from "./rig/program.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { cleanEnvironment, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const LONG = 180_000;

/** npm as a user starts it: with what the machine has configured, without what an outer npm passes down. */
async function npm(directory: string, ...args: string[]): Promise<string> {
  const passedDown = /^(npm_(package|lifecycle|command|config_(local|global)_prefix)|INIT_CWD$|NODE_OPTIONS$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !passedDown.test(name)));
  const { exitCode, stdout, stderr } = await runProgram(["npm", ...args], { directory, env, patience: LONG });
  if (exitCode !== 0) throw new Error(`npm ${args.join(" ")} ended with ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

/** What may be nowhere in what is given away: places of a machine, and where its packages came from. */
const OF_A_MACHINE: readonly RegExp[] = [
  /(?<![\w.*}>-])\/(?:root|work)\//,
  /"resolved": "https?:/,
  /https?:\/\/registry\b/,
];
const OF_THIS_MACHINE = [resolve(CHECKOUT), homedir()].filter((path) => path.split("/").length > 2);

function traces(name: string, text: string): string[] {
  const places = [
    ...OF_A_MACHINE.map((pattern) => text.search(pattern)),
    ...OF_THIS_MACHINE.map((path) => text.indexOf(path)),
  ].filter((place) => place !== -1);
  return places.map((place) => `${name}: ${text.slice(Math.max(0, place - 40), place + 60)}`);
}

test("a place of a machine or a registry would be noticed", () => {
  const [below, web] = ["/", "https://"];
  const noticed = [`see ${below}root/x`, `"${below}work/x"`, `"resolved": "${web}x"`, `${web}registry.example/x`];
  expect(noticed.filter((line) => traces("f", line).length === 0)).toEqual([]);
  const harmless = ["protocols/work/PROTOCOL.md", ".runa/workspace", "/home/me/project", "https://json-schema.org"];
  expect(harmless.flatMap((line) => traces("f", line))).toEqual([]);
});

test("nothing that git keeps names a place of a machine or a registry", async () => {
  const command = ["git", "ls-files", "-coz", "--exclude-standard"] as const;
  const { exitCode, stdout } = await runProgram(command, { directory: CHECKOUT });
  if (exitCode !== 0) {
    console.info("what git keeps: left out, this checkout is no git repository");
    return;
  }
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(CHECKOUT, file)));
  expect(files).toContain("package.json");
  expect(files.flatMap((file) => traces(file, readFileSync(join(CHECKOUT, file), "utf8")))).toEqual([]);
});

describe("the package", () => {
  const scratch = new Scratch();
  const project = join(scratch.path, "project");
  const bin = join(project, "node_modules/.bin");
  const packaged = join(project, "node_modules/runa");
  let files: readonly string[] = [];

  /** Runs an installed program in the project. */
  const installed = (program: string, ...args: string[]): Promise<Ended> =>
    runProgram([join(bin, program), ...args], {
      directory: project,
      env: cleanEnvironment(scratch.path),
      patience: LONG,
    });

  beforeAll(async () => {
    // Without scripts: `prepare` would build dist/ anew under the feet of the other tests.
    const packed = await npm(CHECKOUT, "pack", "--ignore-scripts", "--json", "--pack-destination", scratch.path);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    mkdirSync(project);
    await npm(project, "init", "--yes");
    // SQLite was compiled or fetched when the checkout was installed; that takes a minute and need not be done twice.
    const sqlite = join(CHECKOUT, "node_modules/better-sqlite3");
    const { version } = JSON.parse(readFileSync(join(sqlite, "package.json"), "utf8")) as { version: string };
    const archive = join(scratch.path, filename);
    const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    await npm(project, "install", ...flags, archive, `better-sqlite3@${version}`);
    // Not as npm lists them: it blots out ids in names.
    files = readdirSync(packaged, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(packaged, join(entry.parentPath, entry.name)));
    const compiled = "build/Release/better_sqlite3.node";
    cpSync(join(sqlite, compiled), join(project, "node_modules/better-sqlite3", compiled), { recursive: true });
  }, LONG);

  afterAll(() => scratch[Symbol.dispose]());

  test("holds what is run, shown and reused, and no test", () => {
    const rooms = new Set(files.map((file) => file.replace(/\/.*/, "/")));
    expect([...rooms].sort()).toEqual([
      "README.md",
      "dist/",
      "docs/",
      "examples/",
      "methodologies/",
      "package.json",
      "schemas/",
    ]);
    // A methodology brings its author's cases, for whoever changes it.
    const ours = files.filter((file) => !file.startsWith("methodologies/"));
    expect(ours.filter((file) => /(^|\/)tests?\/|\.test\.\w+$/.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["dist/runa.js", "dist/runa-mcp.js", "dist/runa-agent.js"]));
  });

  test("names no place of a machine and no registry", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((file) => traces(file, readFileSync(join(packaged, file), "utf8")))).toEqual([]);
  });

  test("brings its three programs", async () => {
    const { version } = JSON.parse(readFileSync(join(packaged, "package.json"), "utf8")) as { version: string };
    expect(readdirSync(bin)).toEqual(expect.arrayContaining(["runa", "runa-agent", "runa-mcp"]));
    const told = { exitCode: 0, signal: null, stdout: `runa ${version}\n`, stderr: "" };
    expect(await installed("runa", "--version")).toEqual(told);
    const help = await installed("runa-mcp", "--help");
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain("runa-mcp --protocol NAME");
    expect(await installed("runa-agent", "rehearse", "--help")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("its methodology runs, with its own server, to its end", { timeout: LONG }, async () => {
    const methodology = join(packaged, "methodologies/review-pipeline");
    expect(await installed("runa", "init", "--methodology", methodology)).toMatchObject({ exitCode: 0 });
    const requests = join(project, ".runa/workspace/request");
    mkdirSync(requests);
    copyFileSync(join(methodology, "example/request.json"), join(requests, "first.json"));
    const command = JSON.stringify([join(bin, "runa-agent"), "rehearse"]);
    appendFileSync(join(project, ".runa/config.toml"), `\n[agent]\ncommand = ${command}\n`);
    const first = await installed("runa", "run");
    expect(first.exitCode, first.stdout + first.stderr).toBe(0);
    expect(
      readdirSync(join(project, ".runa/workspace"))
        .filter((name) => !name.startsWith("."))
        .sort(),
    ).toEqual(["approved", "design", "implementation", "request", "requirements"]);
    const second = await installed("runa", "run");
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    expect(second.stdout).toContain("nothing to do");
  });
});
