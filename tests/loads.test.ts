import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT, RUNA } from "./rig/programs.ts";
import { cleanEnvironment, runa, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const METHODOLOGY = join(CHECKOUT, "methodologies/review-pipeline");

/** Runs `runa` and tells which files it opened, which of them are its own modules, and which parts of Node it loaded. */
async function recorded(directory: string, ...args: string[]) {
  using scratch = new Scratch();
  const log = join(scratch.path, "loads");
  const recorder = join(CHECKOUT, "tests/record-loads.cjs");
  const { exitCode, stderr } = await runProgram([process.execPath, "--require", recorder, RUNA, ...args], {
    directory,
    env: { ...cleanEnvironment(scratch.path), RECORDED_LOADS: log },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = readFileSync(log, "utf8").trim().split("\n");
  const files = lines.map((line) => JSON.parse(line) as string);
  const builtIns = files.filter((path) => path.startsWith("node:"));
  return {
    files,
    builtIns,
    modules: files.filter((path) => path.startsWith(dirname(RUNA)) && path.endsWith(".js")),
  };
}

/** A project with a methodology of its own, in its directory `methodology`. */
async function projectWithRequest(directory: string): Promise<string> {
  cpSync(METHODOLOGY, join(directory, "methodology"), { recursive: true });
  await runa(directory, "init", "--methodology", "methodology");
  const request = join(directory, ".runa/workspace/request/first.json");
  mkdirSync(dirname(request), { recursive: true });
  writeFileSync(request, readFileSync(join(METHODOLOGY, "example/request.json")));
  return request;
}

test("a state that finds nothing changed loads neither ajv nor the MCP SDK nor the rules of lint nor what explains", async () => {
  using scratch = new Scratch();
  await projectWithRequest(scratch.path);
  const first = await recorded(scratch.path, "scan");
  const { modules } = await recorded(scratch.path, "state", "--json");
  const dist = dirname(RUNA);
  const built = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const chunksWith = (words: string) =>
    built.map((file) => join(dist, file)).filter((file) => readFileSync(file, "utf8").includes(words));
  // Words that only these libraries write.
  const ajv = chunksWith("ajv-validator/ajv/master/lib/refs/data.json");
  const sdk = chunksWith("notifications/initialized");
  const rules = chunksWith("The instructions of a protocol mention none of its outputs.");
  const explanations = chunksWith('"explanation"');
  expect(first.modules.filter((file) => ajv.includes(file)).length).toBeGreaterThan(0);
  expect(sdk.length).toBeGreaterThan(0);
  expect(rules.length).toBeGreaterThan(0);
  expect(explanations.length).toBe(1);
  expect(modules.filter((file) => [...ajv, ...sdk, ...rules, ...explanations].includes(file))).toEqual([]);
  expect(modules).toEqual([RUNA, join(dist, "chunks/core.js")]);
});

test.each(["scan", "list", "state", "log"])("a %s that finds nothing changed loads two files", async (command) => {
  using scratch = new Scratch();
  await projectWithRequest(scratch.path);
  await recorded(scratch.path, "scan");
  const { modules } = await recorded(scratch.path, command);
  expect(modules.map((path) => basename(path))).toEqual(["runa.js", "core.js"]);
});

test("a state that finds nothing changed loads nothing of Node but what a program begins with", async () => {
  using scratch = new Scratch();
  await projectWithRequest(scratch.path);
  await recorded(scratch.path, "scan");
  const { builtIns } = await recorded(scratch.path, "state", "--json");
  // It compiles what a program loads; each other part takes milliseconds.
  expect(builtIns).toEqual(["node:vm"]);
});

test("a state that finds nothing changed reads no artifact and nothing of the methodology", async () => {
  using scratch = new Scratch();
  const request = await projectWithRequest(scratch.path);
  // The recorder sees the first reading; so it would see another.
  const first = await recorded(scratch.path, "scan");
  expect(first.files).toContain(request);
  const methodology = join(scratch.path, "methodology");
  const ofMethodology = (files: readonly string[]) => files.filter((file) => file.startsWith(methodology));
  const names = ofMethodology(first.files).map((file) => basename(file));
  expect(new Set(names)).toContain("manifest.toml");
  expect(new Set(names)).toContain("PROTOCOL.md");
  expect(new Set(names)).toContain("request.schema.json");
  const { files } = await recorded(scratch.path, "state", "--json");
  expect(files.filter((file) => file.startsWith(join(scratch.path, ".runa/workspace")))).toEqual([]);
  expect(ofMethodology(files)).toEqual([]);
});

test("a new artifact has the schema of its own type read, and no other", async () => {
  using scratch = new Scratch();
  const request = await projectWithRequest(scratch.path);
  await recorded(scratch.path, "scan");
  writeFileSync(request.replace("first", "second"), readFileSync(request));
  const { files } = await recorded(scratch.path, "scan");
  const methodology = join(scratch.path, "methodology");
  expect(files.filter((file) => file.startsWith(methodology))).toEqual([
    join(methodology, "schemas/request.schema.json"),
  ]);
});

test("names are completed without a look at the store, an artifact or a schema", async () => {
  using scratch = new Scratch();
  await projectWithRequest(scratch.path);
  for (const words of [
    ["attempts", ""],
    ["show", ""],
    ["show", "request", ""],
  ]) {
    const { files } = await recorded(scratch.path, "__complete", "bash", "--", ...words);
    expect(files.filter((file) => file.startsWith(scratch.path))).toEqual([
      join(scratch.path, ".runa/config.toml"),
      join(scratch.path, "methodology/manifest.toml"),
    ]);
  }
});

test("--version loads one file", async () => {
  using scratch = new Scratch();
  expect((await recorded(scratch.path, "--version")).modules).toEqual([RUNA]);
});
