import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { CHECKOUT, RUNA, RUNA_AGENT, RUNA_MCP } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** Makes an executable file of the project's; its path. */
function executable(rig: Rig, path: string, text: string): string {
  rig.write(path, text);
  chmodSync(join(rig.project, path), 0o755);
  return join(rig.project, path);
}

test.each([
  ["no node", null],
  ["another node", "#!/bin/sh\necho another node >&2\nexit 9\n"],
])("an agent with %s on its PATH starts the server all the same", async (_, node) => {
  const rig = await makeRig({ ...draft, agent: [process.execPath, RUNA_AGENT, "rehearse"] });
  mkdirSync(join(rig.project, "bin"));
  if (node !== null) executable(rig, "bin/node", node);
  const { exitCode, stdout, stderr } = await rig.run("run", { env: { PATH: join(rig.project, "bin") } });
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("all_complete") });
});

/** What lies on the PATH as `runa-mcp` of an installation that has none beside `runa`, and how it is started. */
const FOUND: readonly (readonly [string, (file: string) => void, (file: string) => readonly string[]])[] = [
  ["a link to the script", (file) => symlinkSync(RUNA_MCP, file), (file) => [process.execPath, file]],
  [
    "a script that names its Node",
    (file) => writeFileSync(file, "#!/opt/node/bin/node\n", { mode: 0o755 }),
    (file) => [process.execPath, file],
  ],
  [
    "a script that wants options of Node",
    (file) => writeFileSync(file, "#!/usr/bin/env -S node --no-warnings\n", { mode: 0o755 }),
    (file) => [file],
  ],
  ["a wrapper", (file) => writeFileSync(file, "#!/bin/sh\nexec node x\n", { mode: 0o755 }), (file) => [file]],
  ["a binary", (file) => writeFileSync(file, "\u007fELF node\n", { mode: 0o755 }), (file) => [file]],
];

test.each(FOUND)("a runa-mcp on the PATH that is %s", async (_, put, started) => {
  const rig = await makeRig(draft);
  const installed = join(rig.directory, "installed");
  cpSync(dirname(RUNA), join(installed, "dist"), { recursive: true });
  rmSync(join(installed, "dist/runa-mcp.js"));
  symlinkSync(join(CHECKOUT, "node_modules"), join(installed, "node_modules"));
  const bin = join(rig.directory, "bin");
  mkdirSync(bin);
  put(join(bin, "runa-mcp"));
  const command = [process.execPath, join(installed, "dist/runa.js"), "step", "--dry-run", "--json"] as const;
  const env = { PATH: [bin, process.env.PATH].join(delimiter) };
  const { stdout } = await rig.launch(command, "runa step", { env }).ended();
  const [program = "", ...args] = started(join(bin, "runa-mcp"));
  expect(JSON.parse(stdout).execution_plan[0].mcp_config).toMatchObject({
    command: program,
    args: [...args, "--protocol", "draft"],
  });
});
