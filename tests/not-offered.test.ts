import { describe, expect, test } from "vitest";
import { RUNA_MCP } from "./rig/programs.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

const artifacts = { "requirements/r1": { title: "Fast" } };

/** An object with an `instance_id` of its own, at the end of a reference. */
const OWN_ID = {
  $ref: "#/$defs/named",
  $defs: { named: { type: "object", properties: { instance_id: { type: "string" } } } },
};

/** Methodologies whose protocol `draft` writes what no server can offer; `note` is another one that can be done. */
const CASES: readonly { what: string; methodology: RigOptions; says: RegExp }[] = [
  {
    what: "produces a type that is not declared",
    methodology: {
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["desing"] }],
      types: ["design"],
    },
    says: /protocol 'draft' writes 'desing', which is not a declared artifact type — did you mean 'design'\?/,
  },
  {
    what: "may produce a type that is not declared",
    methodology: {
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"], may_produce: ["desing"] }],
    },
    says: /protocol 'draft' writes 'desing', which is not a declared artifact type/,
  },
  {
    what: "produces a type whose schema has an instance_id of its own",
    methodology: {
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }],
      schemas: { design: OWN_ID },
    },
    says: /the schema of artifact type 'design' has a property 'instance_id', which the tool needs for itself: rename it/,
  },
].map((one) => ({ ...one, methodology: { undeclared: ["desing"], artifacts, ...one.methodology } }));

describe.each(CASES)("a protocol that $what", ({ methodology, says }) => {
  test("run says why, starts no agent for it, and does what else there is", async () => {
    const note = { name: "note", requires: ["requirements"], produces: ["memo"] };
    const rig = await makeRig({ ...methodology, protocols: [...methodology.protocols, note] });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    expect(agent.protocol).toBe("note");
    await agent.deliver("memo", "m1", { title: "Hm" });
    await agent.exit(0);
    const { exitCode, stdout, stderr } = await run.ended();
    expect(stderr).toMatch(new RegExp(`^✗ draft {2}not started: ${says.source}`, "m"));
    expect(stdout).toMatch(/^draft was not started, as its server could not offer what it writes: `runa doctor`$/m);
    expect(stdout).toMatch(/^quiescent_with_failures: 1 protocol delivered, 1 failed/m);
    expect(exitCode).toBe(2);
    expect((await rig.events("claimed")).length).toBe(1);
  });

  test("step says why and ends with 1", async () => {
    const rig = await makeRig(methodology);
    const { exitCode, stderr } = await rig.run("step");
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(1);
    expect(await rig.events("claimed")).toEqual([]);
  });

  test("its server refuses to start", async () => {
    const rig = await makeRig(methodology);
    const command = [process.execPath, RUNA_MCP, "--protocol", "draft"] as const;
    const { exitCode, stdout, stderr } = await rig.launch(command, "runa-mcp").ended();
    expect(stderr).toMatch(new RegExp(`^error: ${says.source}.*\\n$`));
    expect(stdout).toBe("");
    expect(exitCode).toBe(1);
  });
});

test.each([
  [
    "an unknown protocol",
    ["--protocol", "drafd"],
    "methodology 'test-methodology' has no protocol 'drafd' — did you mean 'draft'?",
  ],
  [
    "a scoped protocol without a work unit",
    ["--protocol", "split"],
    "protocol 'split' is scoped: give it a work unit with --work-unit ID",
  ],
  [
    "an unscoped protocol with a work unit",
    ["--protocol", "draft", "--work-unit", "w"],
    "protocol 'draft' is not scoped: leave --work-unit out",
  ],
])("a server refuses to start for %s, in one line", async (_, words, reason) => {
  const rig = await makeRig({
    protocols: [
      { name: "draft", requires: ["requirements"], produces: ["design"] },
      { name: "split", requires: ["requirements"], produces: ["part"], scoped: true },
    ],
  });
  const ended = await rig.launch([process.execPath, RUNA_MCP, ...words], "runa-mcp").ended();
  expect(ended).toEqual({ exitCode: 1, signal: null, stdout: "", stderr: `error: ${reason}\n` });
});

test("an instance_id deeper inside an artifact is in nobody's way", async () => {
  const inner = { type: "object", properties: { instance_id: { type: "string" } } };
  const rig = await makeRig({
    artifacts,
    protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }],
    schemas: { design: { type: "object", properties: { about: inner } } },
  });
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { about: { instance_id: "x" } });
  await agent.exit(0);
  expect((await run.ended()).exitCode).toBe(0);
});

test("the summary of --events names it", async () => {
  const [{ methodology }] = CASES as [(typeof CASES)[number]];
  const rig = await makeRig(methodology);
  const { stdout } = await rig.run("run", "--events");
  const summary = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({
    outcome: "quiescent_with_failures",
    attempts: [],
    failures: [{ reason: "not_offered", protocol: "draft" }],
  });
});
