import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { writeMethodology } from "./rig/methodology.ts";
import { RUNA_MCP } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

test("the server of a run with another artifacts directory writes there", async () => {
  const rig = await makeRig({ ...draft, artifacts: {} });
  rig.write("other/requirements/r1.json", '{"title": "Fast"}');
  const run = rig.start("run", "--artifacts-dir", "other");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  const { exitCode, stdout } = await run.ended();
  expect(stdout).toContain("design/d1");
  expect(exitCode).toBe(0);
  expect(rig.exists("other/design/d1.json")).toBe(true);
  expect(rig.exists(".runa/workspace/design")).toBe(false);
});

describe("after kill -9 of runa", () => {
  test("release refuses while the agent is at work: the next run takes it over", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    const { exitCode, stderr } = await rig.run("release", agent.id);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`(pid ${agent.pid}) is still at work: \`runa run\` takes it over`);
  });

  test("the agent of a protocol that is no longer declared is ended", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await run.killed();
    writeMethodology(rig.methodology, {
      protocols: [{ name: "sketch", requires: ["requirements"], produces: ["design"] }],
    });
    const next = rig.start("run");
    await agent.gone("of a protocol that is no longer declared");
    const other = await rig.nextAttempt();
    expect(other.protocol).toBe("sketch");
    await other.deliver("design", "d1", { title: "A design" });
    await other.exit(0);
    const { exitCode, stderr } = await next.ended();
    expect(exitCode).toBe(0);
    expect(stderr).toContain("no longer has this protocol; abandoned");
  });

  test("a machine without an id is not taken for another one without", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    editStore(
      rig.project,
      "UPDATE attempt SET owner = json_set(owner, '$.machine', NULL, '$.boot', 'another', '$.pid', 1)",
    );
    // Neither is known to be dead.
    const other = await rig.run("run", "--no-wait");
    expect(other.exitCode).toBe(3);
    expect(other.stdout).toContain(agent.id);
    await run.killed();
  });
});

test("what is released with everything delivered is not done by that", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  await run.killed();
  await agent.kill("SIGKILL");
  editStore(rig.project, "UPDATE attempt SET owner = json_set(owner, '$.machine', 'another-machine')");
  expect((await rig.run("release", agent.id)).exitCode).toBe(0);
  expect((await rig.state()).protocols).toMatchObject([{ name: "draft", status: "ready" }]);
  expect(await rig.events("attempt_ended")).toMatchObject([{ attempt: agent.id, body: { outcome: "abandoned" } }]);
});

test("run --no-wait is not complete while another still executes what looks complete", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  const { exitCode, stdout } = await rig.run("run", "--no-wait");
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^quiescent_with_blocked_work: /m);
  await agent.exit(0);
  expect((await run.ended()).exitCode).toBe(0);
});

test("a server that cannot serve says why in its attempt's outcome", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  writeFileSync(join(rig.methodology, "manifest.toml"), "broken [");
  await expect(agent.tools()).rejects.toThrow();
  await agent.exit(0);
  const { exitCode, stdout, stderr } = await run.ended();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/the agent started the MCP server, which could not serve:\n.*manifest\.toml:1:\d+/);
  expect(stdout).toMatch(/^methodology_changed: /m);
});

test("RUNA_ATTEMPT of another project is refused with what to do", async () => {
  const rig = await makeRig(draft);
  const { exitCode, stderr } = await rig
    .launch([process.execPath, RUNA_MCP, "--protocol", "draft"], "runa-mcp", {
      env: { RUNA_ATTEMPT: "01800000-0000-7000-8000-000000000000" },
    })
    .ended();
  expect(exitCode).toBe(1);
  expect(stderr).toContain("which is none of the project in");
});

test("RUNA_ATTEMPT of another candidate is refused with what to do", async () => {
  const rig = await makeRig(chain);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  const env = { RUNA_ATTEMPT: agent.id };
  const server = await rig.launch([process.execPath, RUNA_MCP, "--protocol", "build"], "runa-mcp", { env }).ended();
  expect({ exitCode: server.exitCode, stdout: server.stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(server.stderr).toBe(
    `error: RUNA_ATTEMPT names attempt ${agent.id} of protocol 'draft', which does nothing else: start the server with the arguments in RUNA_MCP_CONFIG\n`,
  );
  await agent.exit(1);
  await run.ended();
});

test("confirm_unchanged is offered for what lay there when the attempt began, not for its own deliveries", async () => {
  const rig = await makeRig(draft);
  const run = rig.start("run");
  const agent = await rig.nextAttempt();
  await agent.deliver("design", "d1", { title: "A design" });
  const { args, env } = agent.mcpConfig;
  const again = await rig.serve(...args.slice(1), { env: { ...env, RUNA_ATTEMPT: agent.id } });
  expect(args[0]).toContain("runa-mcp");
  expect((await again.server.tools()).map(({ name }) => name)).toEqual(["design"]);
  await again.server.end();
  await agent.exit(0);
  await run.ended();
});

test("a damaged store is not put aside under a process that has it open", async () => {
  const rig = await makeRig(draft);
  await rig.run("scan");
  const file = join(rig.project, ".runa/store/runa.db");
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
  writeFileSync(file, "this is no database".repeat(300));
  const script = `fs.openSync(${JSON.stringify(file)}); console.log("held"); setInterval(() => {}, 1e6)`;
  const holder = rig.launch([process.execPath, "-e", script], "a program that holds the store");
  await holder.says("stdout", "held");
  const { exitCode, stderr } = await rig.run("scan", "--rebuild");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`process ${holder.pid} has it open`);
  await holder.killed();
  expect((await rig.run("scan", "--rebuild")).exitCode).toBe(0);
});
