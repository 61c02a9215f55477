import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { fencesOf } from "./markdown.ts";
import { draft } from "./rig/examples.ts";
import { CHECKOUT, RUNA_AGENT } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const WRAPPER = join(CHECKOUT, "examples/agent-claude-code.sh");

/** A `claude` that notes what it was given, and has the rehearsal agent deliver through the server of its arguments. */
const STAND_IN = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const { spawnSync } = require("node:child_process");
const args = process.argv.slice(2);
const prompt = readFileSync(0, "utf8");
writeFileSync(process.env.STAND_IN_NOTES, JSON.stringify({ args, prompt }));
const { mcpServers } = JSON.parse(args[args.indexOf("--mcp-config") + 1]);
const env = { ...process.env, RUNA_MCP_CONFIG: JSON.stringify(mcpServers.runa) };
const agent = [${JSON.stringify(RUNA_AGENT)}, "rehearse"];
process.exit(spawnSync(process.execPath, agent, { env, input: prompt, stdio: ["pipe", "inherit", "inherit"] }).status ?? 1);
`;

/** The environment in which `claude` is the stand-in. */
function withStandIn(rig: Rig): Record<string, string> {
  const bin = join(rig.directory, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "claude"), STAND_IN, { mode: 0o755 });
  return {
    PATH: [bin, process.env.PATH].join(delimiter),
    STAND_IN_NOTES: join(rig.directory, "notes.json"),
  };
}

test("the sample wrapper hands the prompt and the server on to Claude Code, which delivers", async () => {
  const rig = await makeRig({ ...draft, agent: [WRAPPER] });
  const env = withStandIn(rig);
  expect(await rig.run("step", { env })).toMatchObject({ exitCode: 0 });
  expect(rig.artifacts()).toContain("design/design");
  const { args, prompt } = JSON.parse(readFileSync(join(rig.directory, "notes.json"), "utf8"));
  const [config] = args.splice(args.indexOf("--mcp-config") + 1, 1);
  expect(args).toEqual([
    "-p",
    "--output-format",
    "json",
    "--strict-mcp-config",
    "--mcp-config",
    "--allowedTools",
    "mcp__runa__*",
  ]);
  expect(JSON.parse(config)).toMatchObject({
    mcpServers: { runa: { env: { RUNA_WORKING_DIR: rig.project, RUNA_CONFIG: `${rig.project}/.runa/config.toml` } } },
  });
  expect(prompt).toContain("Carry out draft.");
});

test("the pages show it as it is", () => {
  const shown = fencesOf(readFileSync(join(CHECKOUT, "docs/agents.md"), "utf8")).find(
    ({ file }) => file === "agent-claude-code.sh",
  );
  expect(shown?.text).toBe(readFileSync(WRAPPER, "utf8"));
});
