import { beforeAll, describe, expect, test } from "vitest";
import { CLIS } from "./clis.ts";
import { install } from "./install.ts";
import { AWKWARD } from "./methodologies.ts";
import { MockModel } from "./mock/server.ts";
import { type Action, COST, type Turn } from "./mock/turn.ts";
import { LiveProject } from "./project.ts";

const REPORT = { title: "All is well", score: 3 };
const EACH = COST.input + COST.output;

describe.each(CLIS)("$name $version", (cli) => {
  let bin = "";
  beforeAll(async () => {
    bin = await install(cli);
  });

  const deliver = (args: object) => ({ kind: "call", tool: cli.tool("report"), args }) as const;
  const right = deliver({ instance_id: "one", ...REPORT });

  test("delivers with the first call", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [right]);
    await project.prepare(cli, bin, await model.start());

    const ended = await project.runa("run");

    expect(model.exchanges[0]?.tools, `${ended.stdout}\n${ended.stderr}`).toContain(cli.tool("report"));
    expect(project.artifacts("report")).toEqual({ "one.json": REPORT });
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toContain("All is well");
    expect(ended.stdout).not.toContain('{"type"');
    const [usage] = project.usage();
    expect(usage).toMatchObject({ tokens: 2 * EACH, ...(cli.model === undefined ? {} : { model: cli.model }) });
    expect(await project.leftovers()).toEqual([]);
  });

  test("mends a first call that was refused", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [deliver({ instance_id: "one", title: "" }), right]);
    await project.prepare(cli, bin, await model.start());

    const ended = await project.runa("run");

    expect(model.exchanges[1]?.results[0], `${ended.stdout}\n${ended.stderr}`).toContain("score");
    expect(project.artifacts("report")).toEqual({ "one.json": REPORT });
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toMatch(/^< error: .+/m);
  });

  test("shows what it has done while it is at work", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [right, { kind: "hang" }]);
    await project.prepare(cli, bin, await model.start());

    const runa = project.startRun();
    try {
      await model.hanging;
      await expect.poll(() => runa.stdout, { timeout: 10_000 }).toMatch(/^> .*report.*\n(.*\n)*< .+/m);
    } finally {
      runa.signal("SIGTERM");
      await runa.ended();
    }
  });

  test("delivers what is no plain object", async () => {
    await using project = new LiveProject();
    const findings = [{ text: "one", parts: [{ text: "two" }] }];
    const verdict = { kind: "fail", reasons: ["late"] };
    // The first name is shortened, in a way that is the server's own affair.
    const finding = (turn: Turn): Action => {
      const tool = turn.tools.find((name) => name.startsWith(cli.tool("Befund_"))) ?? cli.tool("Befund_");
      return { kind: "call", tool, args: { instance_id: "one", artifact: findings } };
    };
    const judge = { kind: "call", tool: cli.tool("verdict"), args: { instance_id: "one", ...verdict } } as const;
    await using model = new MockModel(cli.dialect, [finding, judge]);
    await project.prepare(cli, bin, await model.start(), { files: AWKWARD });

    const ended = await project.runa("run");

    expect(project.artifacts("Befund.ü"), `${ended.stdout}\n${ended.stderr}`).toEqual({ "one.json": findings });
    expect(project.artifacts("verdict"), `${ended.stdout}\n${ended.stderr}`).toEqual({ "one.json": verdict });
    expect(ended.exitCode).toBe(0);
  });

  test("lets the agent do nothing else", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [cli.shell("touch escaped"), right]);
    await project.prepare(cli, bin, await model.start());

    const ended = await project.runa("run");

    expect(project.top(), `${ended.stdout}\n${ended.stderr}`).not.toContain("escaped");
    expect(project.artifacts("report")).toEqual({ "one.json": REPORT });
    expect(ended.exitCode).toBe(0);
  });

  test("lets the agent do what the operator allows", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [cli.shell("touch allowed"), right]);
    await project.prepare(cli, bin, await model.start(), { words: cli.allow });

    const ended = await project.runa("run");

    expect(project.top(), `${ended.stdout}\n${ended.stderr}`).toContain("allowed");
    expect(project.artifacts("report")).toEqual({ "one.json": REPORT });
    expect(ended.exitCode).toBe(0);
  });

  test("says whether it starts the server, without a model", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, []);
    await project.prepare(cli, bin, await model.start());
    const server = await project.server();

    const good = await project.check(cli, server);
    expect(good.stdout, good.stderr).toMatch(new RegExp(`^version: .*${cli.version}.*\nserver: connected\n$`, "ms"));
    expect(good.exitCode).toBe(0);

    const bad = await project.check(cli, { ...server, command: "/no/such/server" });
    expect(bad.stderr).toMatch(new RegExp(`^error: ${cli.executable} did not start the MCP server: .+`, "m"));
    expect(bad.exitCode).toBe(1);
    expect(model.exchanges).toEqual([]);
    expect(await project.leftovers()).toEqual([]);
  });

  test("ends with runa, and leaves nothing behind", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [{ kind: "hang" }]);
    await project.prepare(cli, bin, await model.start());

    const runa = project.startRun();
    await model.hanging;
    runa.signal("SIGTERM");

    expect((await runa.ended()).exitCode).toBe(143);
    await model.gone;
    expect(await project.leftovers()).toEqual([]);
    expect(project.artifacts("report")).toEqual({});
  });

  test("ends with the adapter, where nobody else is told to", async () => {
    await using project = new LiveProject();
    await using model = new MockModel(cli.dialect, [{ kind: "hang" }]);
    const words = await project.prepare(cli, bin, await model.start());

    const adapter = project.startAdapter(cli, words, await project.server());
    await model.hanging;
    adapter.signal("SIGTERM");

    expect((await adapter.ended()).exitCode).toBeGreaterThan(0);
    await model.gone;
    expect(await project.leftovers()).toEqual([]);
  });
});
