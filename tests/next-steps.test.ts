import { describe, expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type RigOptions } from "./rig/rig.ts";

const three: RigOptions = {
  protocols: ["a", "b", "c"].map((name) => ({ name, requires: ["brief"], produces: [`of-${name}`] })),
  artifacts: { "brief/b1": { title: "Brief" } },
};

describe("the command that a failed attempt suggests", () => {
  test("is the agent's output where that was kept, of run and of step", async () => {
    const agent = ["sh", "-c", "echo out; echo err >&2; exit 7"];
    const rig = await makeRig({ ...draft, agent, settings: "transcript = true" });
    const run = await rig.run("run");
    const step = await rig.run("step");
    const [first, second] = await rig.events("attempt_ended");
    const command = (id: unknown) => `runa output ${String(id).slice(0, 13)}`;
    expect(run.stdout).toContain(`\ndraft: \`${command(first?.attempt)}\`\n`);
    expect(step.stdout).toContain(`draft: \`${command(second?.attempt)}\`\n\n`);
    const output = await rig.run("output", String(second?.attempt).slice(0, 13));
    expect(output.stdout).toContain("out\n");
    expect(output.stdout).toContain("err\n");
  });

  test("is the log where nothing was kept, with the flags of the command", async () => {
    const rig = await makeRig({ ...draft, agent: ["false"] });
    const { stdout } = await rig.run("step", "--config", ".runa/config.toml");
    const [ended] = await rig.events("attempt_ended");
    expect(stdout).toContain(`draft: \`runa log --attempt ${ended?.attempt} --config .runa/config.toml\`\n`);
  });

  test("is none where the operator interrupted it: nothing failed, and the next run goes on", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    await rig.nextAttempt();
    run.signal("SIGTERM");
    const { stdout } = await run.ended();
    expect(stdout).toMatch(/^draft +interrupted /m);
    expect(stdout).not.toContain("runa log");
    expect(stdout).toMatch(/^interrupted: 0 protocols delivered before the interruption; `runa run` goes on$/m);
  });

  test("stand in the order of the table", async () => {
    // The first fails twice, so that it is given up after the others.
    const settings = 'attempts = 2\nbackoff = "1s"';
    const config = "[protocols.b]\nattempts = 1\n[protocols.c]\nattempts = 1\n";
    const rig = await makeRig({ ...three, agent: ["false"], settings, config });
    const { stdout } = await rig.run("run");
    const table = [...stdout.matchAll(/^(\w) +exited/gm)].map(([, name]) => name);
    expect(table).toEqual(["a", "b", "c"]);
    expect([...stdout.matchAll(/^(\w): `runa log/gm)].map(([, name]) => name)).toEqual(table);
  });
});

test("the table says which of a failed attempt's artifacts are not valid", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.writeFile(".runa/workspace/design/d1.json", "{}");
  await agent.writeFile(".runa/workspace/design/d2.json", '{"title": "A design"}');
  await agent.exit(0);
  expect((await run.ended()).stdout).toMatch(/^draft +invalid_output .* design\/d1 \(not valid\), design\/d2$/m);
});

test("with --jobs over 1 what is told of a failed attempt names its protocol on each line", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run", "--jobs", "2");
  const agent = await rig.nextAttempt();
  await agent.tools();
  await agent.exit(0);
  expect((await run.ended()).stderr).toContain("  draft: the agent started the MCP server and called no tool\n");
});
