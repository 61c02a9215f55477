import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { RUNA_MCP } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

interface RecordJson {
  readonly level: string;
  readonly time: string;
  readonly target: string;
  readonly operation: string;
  readonly outcome: string;
  readonly msg: string;
  readonly protocol?: string;
  readonly tool?: string;
}

const JSON_AT_INFO = '[logging]\nformat = "json"\nfilter = "info"\n';

/** The records among what was written to stderr; the rest is for people. */
function records(stderr: string): RecordJson[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): RecordJson => JSON.parse(line));
}

/** What happened, as `operation outcome`. */
function story(stderr: string): string[] {
  return records(stderr).map(({ operation, outcome }) => `${operation} ${outcome}`);
}

/** Executes one attempt in which a call is refused and one delivers. */
async function oneAttempt(rig: Rig, env: Record<string, string> = {}) {
  const step = rig.start("step", { env });
  const agent = await rig.nextAttempt();
  await agent.call("design", { instance_id: "d1", title: "" });
  await agent.deliver("design", "d1", { title: "secret-of-the-artifact" });
  await agent.exit(0);
  const ended = await step.ended();
  expect(ended.exitCode).toBe(0);
  return ended;
}

describe("by default", () => {
  test("a live step that succeeds writes its progress and nothing else", async () => {
    const { stderr } = await oneAttempt(await makeRig(draft));
    expect(stderr).toMatch(/^▶ draft\n✓ draft .*\n$/);
  });

  test("a failed attempt is told once, by the progress", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    await (await rig.nextAttempt()).exit(4);
    const { stderr } = await step.ended();
    expect(stderr).toMatch(/^▶ draft\n✗ draft .* exited: .*exit code 4\n$/);
  });

  test("with RUST_LOG=info it is a record too", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step", { env: { RUST_LOG: "info" } });
    await (await rig.nextAttempt()).exit(4);
    const { stderr } = await step.ended();
    expect(stderr).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}runa_engine attempt: .*exited.* outcome=failed .*protocol=draft/m,
    );
  });
});

describe("[logging]", () => {
  test('format = "json" tells what is done, one object a line, of runa and of its server', async () => {
    const rig = await makeRig({ ...draft, config: JSON_AT_INFO });
    const { stdout, stderr } = await oneAttempt(rig);
    for (const record of records(stderr)) {
      expect(record).toMatchObject({
        level: expect.stringMatching(/^(trace|debug|info|warn|error)$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        operation: expect.any(String),
        outcome: expect.stringMatching(/^(started|succeeded|failed|partial)$/),
        msg: expect.any(String),
      });
    }
    expect(records(stderr).map(({ target, operation, outcome }) => `${target} ${operation} ${outcome}`)).toEqual(
      expect.arrayContaining([
        "runa_engine open succeeded",
        "runa_engine scan succeeded",
        "runa_engine attempt started",
        "runa_mcp call failed",
        "runa_mcp call succeeded",
        "runa_engine attempt succeeded",
      ]),
    );
    expect(records(stderr).find(({ operation }) => operation === "call")).toMatchObject({ tool: "design" });
    expect(stdout).not.toContain('"operation"');
    // Names and counts, never what an artifact holds.
    expect(stderr).not.toContain("secret-of-the-artifact");
  });

  test("filter holds until RUST_LOG says otherwise", async () => {
    const rig = await makeRig({ ...draft, config: JSON_AT_INFO });
    expect(story((await rig.run("state")).stderr)).toEqual(["open succeeded", "scan succeeded"]);
    expect((await rig.run("state", { env: { RUST_LOG: "warn" } })).stderr).toBe("");
    expect((await rig.run("state", { env: { RUST_LOG: "info,runa_engine=off" } })).stderr).toBe("");
    const all = await rig.run("state", { env: { RUST_LOG: "runa_engine=debug" } });
    expect(story(all.stderr)).toEqual(["open succeeded", "scan succeeded", "evaluate succeeded"]);
    expect(all.stdout).toBe((await rig.run("state", { env: { RUST_LOG: "off" } })).stdout);
    const { stderr } = await oneAttempt(rig, { RUST_LOG: "warn,runa_mcp=info" });
    expect(story(stderr)).toEqual(["call failed", "call succeeded"]);
  });

  test("text is the format otherwise; a directive that means nothing is said", async () => {
    const rig = await makeRig(draft);
    const { stderr } = await rig.run("state", { env: { RUST_LOG: "info" } });
    expect(stderr).toMatch(
      /^\S+Z INFO {2}runa_engine open: project opened outcome=succeeded .*methodology=test-methodology/m,
    );
    expect(stderr).toMatch(/^\S+Z INFO {2}runa_engine scan: workspace scanned outcome=succeeded new=1 /m);
    const odd = await rig.run("state", { env: { RUST_LOG: "warn,runa_mcp=loud" } });
    expect(odd.exitCode).toBe(0);
    expect(odd.stderr).toContain("runa_mcp=loud");
    // Also where warnings are not asked for.
    for (const filter of ["error,runa_mcp=loud", "runa_cli=info,runa_engine=loud"])
      expect((await rig.run("state", { env: { RUST_LOG: filter } })).stderr, filter).toMatch(
        /^\S+Z WARN {2}runa_engine logging: log directive '.*=loud' of RUST_LOG is not understood/,
      );
    expect((await rig.run("state", { env: { RUST_LOG: "3" } })).stderr).toMatch(/directive '3' of RUST_LOG is not/);
    rig.write(".runa/config.toml", `${rig.read(".runa/config.toml")}\n[logging]\nfilter = "inof"\n`);
    expect((await rig.run("state")).stderr).toMatch(
      /directive 'inof' of \[logging\] filter is not .* — did you mean 'info'\?/,
    );
  });
});

describe('with format = "json" everything on stderr is records', () => {
  const JSON_FORMAT = '[logging]\nformat = "json"\n';

  /** Every line of stderr as a record, as `level operation outcome: msg`. */
  function told(stderr: string): string[] {
    const lines = stderr.split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const { level, operation, outcome, msg, time, target } = JSON.parse(line) as RecordJson;
      expect([time, target]).toEqual([expect.any(String), expect.stringMatching(/^runa_(cli|engine|mcp)$/)]);
      return `${level} ${operation} ${outcome}: ${msg}`;
    });
  }

  test("progress is quiet by default, and a failed attempt is a warning", async () => {
    const rig = await makeRig({ ...draft, config: JSON_FORMAT, settings: 'attempts = 2\nbackoff = "1ms"' });
    const run = rig.start("run");
    await (await rig.nextAttempt()).exit(4);
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect(told((await run.ended()).stderr)).toEqual([
      "warn attempt failed: attempt ended: exited: the agent ended with exit code 4",
    ]);
  });

  test.each(["run", "step"])("at info %s tells of its progress so, and of signals", async (command) => {
    const rig = await makeRig({
      ...draft,
      config: `${JSON_FORMAT}filter = "info"\n`,
      settings: 'attempts = 2\nbackoff = "1ms"',
    });
    const program = rig.start(command);
    await (await rig.nextAttempt()).exit(4);
    await rig.nextAttempt();
    program.signal("SIGTERM");
    const story = told((await program.ended()).stderr);
    expect(story).toEqual(
      expect.arrayContaining([
        "info attempt started: attempt started",
        expect.stringMatching(/^warn attempt failed: attempt ended: exited: /),
        expect.stringMatching(/^info retry started: tries again in /),
        expect.stringMatching(/^warn interrupt started: SIGTERM: the agent is told to end /),
        expect.stringMatching(/^warn attempt failed: attempt ended: interrupted: /),
      ]),
    );
  });

  test("warnings and errors, of runa and of its server", async () => {
    const rig = await makeRig({ ...units, config: JSON_FORMAT });
    const { stderr } = await rig.run("state", "--work-unit", "serch");
    expect(told(stderr)).toEqual([
      "warn evaluate partial: no artifact names work unit 'serch' — did you mean 'search'?",
    ]);
    const empty = await rig.run("log", "--protocol", "implment");
    expect(told(empty.stderr)).toEqual([]);
    const server = await rig.launch([process.execPath, RUNA_MCP, "--protocol", "implment"], "runa-mcp").ended();
    expect(told(server.stderr)).toEqual([expect.stringMatching(/^error serve failed: .*implment/)]);
    rig.remove(".runa/workspace");
    // Whatever is filtered, a command that fails says why.
    const failed = await rig.run("state", { env: { RUST_LOG: "off" } });
    expect(failed.exitCode).toBe(1);
    expect(told(failed.stderr)).toEqual([expect.stringMatching(/^error state failed: the workspace cannot be read: /)]);
  });
});

test("init tells of itself", async () => {
  const rig = await makeRig(draft);
  const { stderr } = await rig.run("init", "--methodology", "../methodology", { env: { RUST_LOG: "info" } });
  expect(stderr).toMatch(/^\S+Z INFO {2}runa_cli init: .* outcome=succeeded /m);
});

test("a scan that could not read everything is a warning, outcome partial, with the counts", async () => {
  const rig = await makeRig({ ...draft, config: '[logging]\nformat = "json"\n' });
  rig.writeUndecodable(".runa/workspace/requirements");
  const { exitCode, stderr } = await rig.run("scan");
  expect(exitCode).toBe(0);
  expect(records(stderr)).toMatchObject([{ level: "warn", operation: "scan", outcome: "partial", new: 1, gaps: 1 }]);
});

test("runa-mcp writes nothing but JSON-RPC to stdout, however much is logged", async () => {
  const rig = await makeRig(draft);
  // A line that is no JSON would fail this client.
  const { server, program } = await rig.serve("--protocol", "draft", { env: { RUST_LOG: "trace" } });
  expect((await server.tools()).map(({ name }) => name)).toEqual(["design"]);
  expect(await server.call("design", { instance_id: "d1", title: "By hand" })).toMatchObject({ isError: false });
  await program.says("stderr", "runa_mcp call: delivered");
});
