import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openSqlite } from "../store/src/connection/sqlite.ts";
import { loadSchemaCompiler, type Validator } from "../store/src/entries/schema.ts";
import type { JsonSchema } from "../store/src/index.ts";
import { eventsIn } from "./rig/events.ts";
import { draft } from "./rig/examples.ts";
import { CHECKOUT, RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editLog, editStore } from "./rig/store-edit.ts";

interface Line {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly attempt?: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly prev: string;
  readonly hash: string;
}

let valid: Validator;
beforeAll(async () => {
  const schema = JSON.parse(readFileSync(join(CHECKOUT, "schemas/log-event.schema.json"), "utf8")) as JsonSchema;
  valid = await (await loadSchemaCompiler())(schema);
});

/** What `runa log` prints; it must end with 0 and say nothing on stderr. */
async function printed(rig: Rig, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await rig.start("log", ...args).ended();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
}

/** The lines of `runa log --json`, each held against the published schema. */
async function events(rig: Rig, ...args: readonly string[]): Promise<Line[]> {
  const lines = (await printed(rig, "--json", ...args)).split("\n").slice(0, -1);
  return Promise.all(
    lines.map(async (line) => {
      const event = JSON.parse(line) as Line;
      expect(await valid(event), line).toEqual([]);
      return event;
    }),
  );
}

const kinds = (lines: readonly Line[]) => lines.map(({ kind }) => kind);

/** Does to the log what runa never does. */
function tamper(rig: Rig, sql: string): void {
  const database = openSqlite(join(rig.project, ".runa/store/runa.db"));
  database.exec(`DROP TRIGGER event_is_kept; DROP TRIGGER event_is_final; ${sql}`);
  database.close();
}

/** A project whose log tells of its methodology and of three scans. */
async function scanned(): Promise<Rig> {
  const rig = await makeRig(draft);
  for (const title of ["Fast", "Faster", "Fastest"]) {
    rig.artifact("requirements/r1", { title });
    await rig.run("scan");
  }
  return rig;
}

describe("what is told", () => {
  test("of a project before anything has happened: nothing, and that is sound", async () => {
    const rig = await makeRig(draft);
    expect(await rig.start("log").ended()).toMatchObject({ exitCode: 0, stdout: "", stderr: "no events\n" });
    expect(await printed(rig, "--json")).toBe("");
    expect(await printed(rig, "--head")).toBe(`sha256:${"0".repeat(64)}\n`);
    expect(await printed(rig, "--verify")).toMatch(/: 0 events, /);
  });

  test("init, by which runa and with which methodology", async () => {
    const rig = await makeRig(draft);
    expect((await rig.run("init", "--methodology", rig.methodology)).exitCode).toBe(0);
    const [first, second] = await events(rig);
    expect(first).toMatchObject({ seq: 1, kind: "project_initialised", body: { methodology: "test-methodology" } });
    expect(second).toMatchObject({ seq: 2, kind: "methodology_changed", prev: first?.hash });
  });

  test("a methodology that changed, with the file that did, and only then", async () => {
    const rig = await makeRig(draft);
    await rig.run("state");
    await rig.run("state");
    rig.write("../methodology/protocols/draft/PROTOCOL.md", "Another instruction.\n");
    await rig.run("state");
    await rig.run("list");
    const changed = (await events(rig)).filter(({ kind }) => kind === "methodology_changed").map(({ body }) => body);
    expect(changed).toHaveLength(2);
    const [before, after] = changed;
    expect(after?.schemas).toEqual(before?.schemas);
    expect(after?.manifest).toBe(before?.manifest);
    expect(after?.instructions).not.toEqual(before?.instructions);
  });

  test("what a scan found, whichever command it was part of, and nothing of one that found nothing", async () => {
    const rig = await makeRig(draft);
    await rig.run("state");
    await rig.run("scan");
    rig.remove(rig.path("requirements/r1"));
    await rig.run("doctor");
    await rig.run("scan");
    const scans = (await events(rig)).filter(({ kind }) => kind === "scanned");
    expect(scans.map(({ body }) => [body.new, body.removed])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("deliveries of a server, made and refused, without anything of their content", async () => {
    const rig = await makeRig(draft);
    const { server } = await rig.serve("--protocol", "draft");
    await server.call("design", { instance_id: "d1", title: "secret plan" });
    await server.call("design", { instance_id: "d2", title: ["secret list"] });
    await server.call("design", { instance_id: "../secret", title: "x" });
    await server.call("design", { instance_id: 7, secret_argument: 1 });
    const lines = await events(rig);
    expect(lines.slice(-4)).toMatchObject([
      { kind: "delivery_accepted", body: { artifact_type: "design", instance_id: "d1", via: "tool" } },
      {
        kind: "delivery_refused",
        body: {
          artifact_type: "design",
          reason: "invalid_artifact",
          violations: [{ path: "/title", keyword: "type" }],
        },
      },
      { kind: "delivery_refused", body: { artifact_type: "design", reason: "bad_instance_id" } },
      { kind: "delivery_refused", body: { artifact_type: "design", reason: "bad_arguments" } },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/secret (plan|list)|\.\.\/secret/);
    const text = await printed(rig);
    expect(text).toMatch(/ delivery_accepted {4}design\/d1$/m);
    expect(text).toMatch(/ delivery_refused {5}design: invalid_artifact: \/title expected /m);
  });

  test("an attempt from its claim to its end, found by the beginning of its id and by its protocol", async () => {
    const rig = await makeRig(draft);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "D" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
    const own = await events(rig, "--attempt", agent.id.slice(0, 13).toUpperCase());
    expect(kinds(own)).toEqual(["claimed", "attempt_started", "delivery_accepted", "attempt_ended"]);
    expect(new Set(own.map(({ attempt }) => attempt))).toEqual(new Set([agent.id]));
    expect(own.at(-1)?.body).toMatchObject({ protocol: "draft", outcome: "delivered" });
    expect(await events(rig, "--protocol", "draft")).toEqual(own);
    expect(await events(rig, "--protocol", "build")).toEqual([]);
    expect(await printed(rig, "--attempt", agent.id)).toMatch(/ attempt_ended {8}draft: delivered, design\/d1/);
    expect(await printed(rig, "--verify")).toContain("the log is as it was written");
  });
});

/** What ends such a line. */
const DURATION = /; [\d.]+ m?s$/m;

describe("the end of an attempt in words", () => {
  test.each([
    { settings: 'timeout = "1s"', act: "sleep 9", line: "draft: timed_out: it ran for 1 s, its timeout" },
    { settings: "", act: "exit 7", line: "draft: exited: the agent ended with exit code 7" },
    {
      settings: "",
      act: "true",
      line: "draft: not_delivered: not delivered: design; the agent never started the MCP server in RUNA_MCP_CONFIG",
    },
  ])("$line", async ({ settings, act, line }) => {
    const rig = await makeRig({ ...draft, agent: ["sh", "-c", act], settings });
    await rig.run("run");
    expect((await printed(rig)).replace(DURATION, "")).toContain(` attempt_ended        ${line}\n`);
  });

  test("with what it had delivered all the same", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(3);
    await run.ended();
    expect((await printed(rig)).replace(DURATION, "")).toContain(
      "draft: exited: the agent ended with exit code 3; it had delivered design/d1\n",
    );
  });
});

describe("what is chosen", () => {
  test("the last ones, with how many came before", async () => {
    const rig = await scanned();
    expect((await events(rig, "--limit", "2")).map(({ seq }) => seq)).toEqual([3, 4]);
    const lines = (await printed(rig, "--limit", "1")).split("\n");
    expect(lines[0]).toBe("… 3 earlier: --all shows them");
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {17}scanned {14}1 modified: requirements\/r1$/);
    expect((await printed(rig, "--all")).split("\n")).toHaveLength(5);
  });

  test("of people's lines the last 50, of JSON all", async () => {
    const rig = await makeRig(draft);
    const { server } = await rig.serve("--protocol", "draft");
    for (let index = 0; index < 60; index++) await server.call("design", { instance_id: `d${index}`, title: "D" });
    const lines = (await printed(rig)).trimEnd().split("\n");
    expect(lines).toHaveLength(51);
    expect(lines[0]).toMatch(/^… 1\d earlier: --all shows them$/);
    expect(lines.at(-1)).toContain("design/d59");
    expect((await events(rig)).length).toBeGreaterThan(60);
  });

  test("since a time, that moment included, or so long ago", async () => {
    const rig = await scanned();
    const [, , third, fourth] = await events(rig);
    expect(await events(rig, "--since", third?.at ?? "")).toEqual([third, fourth]);
    for (const ago of ["2h", "1000h", "7d", "999999999w"])
      expect(await events(rig, "--since", ago), ago).toHaveLength(4);
    expect(await events(rig, "--since", "2099-01-01T00:00:00Z")).toEqual([]);
  });

  test("since a local time that clocks skipped", async () => {
    const rig = await makeRig(draft);
    await rig.run("scan");
    const env = { TZ: "Africa/Cairo" };
    for (const since of ["2024-04-26", "2024-04-26 00:30"])
      expect(await rig.run("log", "--since", since, { env }), since).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await rig.run("log", "--since", "2024-04-31", { env })).exitCode).toBe(1);
  });

  test("since a time as people are shown it", async () => {
    const rig = await scanned();
    const [shown = ""] = /^\S+ \S+/m.exec(await printed(rig, "--limit", "4")) ?? [];
    for (const since of [shown, shown.replace(" ", "T"), shown.slice(0, 10)])
      expect(await events(rig, "--since", since)).toHaveLength(4);
    expect(await events(rig, "--since", "2099-01-01")).toEqual([]);
  });

  test("of a protocol that the log does not know: which one was meant, or that there are no events", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run");
    await (await rig.nextAttempt()).exit(0);
    await run.ended();
    const misspelt = await rig.start("log", "--protocol", "drafd").ended();
    expect(misspelt).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "no events of protocol 'drafd' — did you mean 'draft'?\n",
    });
    const none = await rig.start("log", "--protocol", "draft", "--since", "2099-01-01").ended();
    expect(none).toMatchObject({ exitCode: 0, stdout: "", stderr: "no events of protocol 'draft'\n" });
  });

  test("an attempt that the log does not tell of is an error", async () => {
    const rig = await scanned();
    const { exitCode, stdout, stderr } = await rig.start("log", "--attempt", "00000000").ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe("error: the log tells of no attempt whose id begins with '00000000'\n");
  });

  test.each([
    [["--attempt", "0197a3b"], "--attempt needs an attempt's id"],
    [["--since", "yesterday"], "--since needs how long ago"],
    [["--limit", "0"], "--limit needs a number"],
    [["--limit", "3", "--all"], "--all shows everything and --limit only so much: leave one of them out"],
    [["--expect", `sha256:${"0".repeat(64)}`], "--expect needs --verify"],
    [["--fold"], "--fold needs --verify"],
    [["--verify", "--expect", "abc"], "--expect needs a head"],
    [["--verify", "--head"], "--verify and --head"],
    [["--verify", "--follow"], "--verify is about the whole log: leave --follow out"],
    [["--head", "--json"], "--head is about the whole log: leave --json out"],
  ])("%j is wrong usage", async (args, line) => {
    const rig = await makeRig(draft);
    const { exitCode, stdout, stderr } = await rig.start("log", ...args).ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`error: ${line}`);
  });

  test("it asks neither for the methodology nor for the workspace", async () => {
    const rig = await scanned();
    const before = await printed(rig);
    rig.remove("../methodology");
    rig.remove(".runa/workspace");
    expect(await printed(rig)).toBe(before);
  });

  test("nothing in it can give orders to a terminal", async () => {
    const rig = await makeRig(draft);
    rig.artifact("requirements/a\u202eb", { title: "T" });
    await rig.run("scan");
    const text = await printed(rig);
    expect(text).toContain("requirements/a\\u{202e}b");
    expect(text).not.toContain("\u202e");
  });
});

test("what another runa wrote, or somebody edited, is shown as it stands there, and kept by a rebuild", async () => {
  const rig = await scanned();
  editLog(rig.project, `UPDATE event SET kind = 'landed', body = '{"branch":"main","commits":[1]}' WHERE seq = 3`);
  const shown = async () => {
    expect(await printed(rig)).toMatch(/ landed {15}branch main\n/);
    const [, , third] = eventsIn<object>(await printed(rig, "--json"));
    expect(third).toMatchObject({
      seq: 3,
      kind: "landed",
      body: { branch: "main", commits: [1] },
    });
  };
  await shown();
  expect((await rig.run("scan", "--rebuild")).exitCode).toBe(0);
  await shown();
});

describe("verification", () => {
  test("names the first broken row and ends with 2", async () => {
    const rig = await scanned();
    tamper(rig, "UPDATE event SET body = replace(body, 'r1', 'r2') WHERE seq >= 3");
    const { exitCode, stdout, stderr } = await rig.start("log", "--verify").ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe("error: event 3 is not as it was written: its hash does not match\n");
  });

  test("finds that what keeps the log from being edited was taken away, also where no event was edited", async () => {
    const rig = await scanned();
    tamper(rig, "");
    const { exitCode, stdout, stderr } = await rig.start("log", "--verify").ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^error: every event is as it was written, but the store's tables, .* `runa scan --rebuild`/,
    );
    await rig.run("scan", "--rebuild");
    expect(await printed(rig, "--verify")).toContain("the log is as it was written");
  });

  test("folds the log, and names the first row of the tables that it does not lead to", async () => {
    const rig = await makeRig(draft);
    rig.artifact("requirements/r1", { title: "Fast" });
    const run = rig.start("run");
    const attempt = await rig.nextAttempt();
    await attempt.deliver("design", "d1", { title: "One" });
    await attempt.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
    expect(await printed(rig, "--verify", "--fold")).toMatch(
      /^the log is as it was written: \d+ events, head sha256:[0-9a-f]{64}\nit leads to what the tables hold\n$/,
    );
    editStore(rig.project, "UPDATE attempt SET outcome = 'exited'");
    const { exitCode, stdout, stderr } = await rig.start("log", "--verify", "--fold").ended();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(
      "error: the tables are not what the log leads to: last attempt of draft: outcome is delivered by the log, exited in the tables\n",
    );
  });

  test("finds an end that was cut off by a head that was kept", async () => {
    const rig = await scanned();
    const head = (await printed(rig, "--head")).trim();
    rig.artifact("requirements/r2", { title: "More" });
    await rig.run("scan");
    expect(await printed(rig, "--verify", "--expect", head)).toContain("5 events");
    editLog(rig.project, "DELETE FROM event WHERE seq > 3");
    expect(await printed(rig, "--verify")).toContain("3 events");
    const { exitCode, stderr } = await rig.start("log", "--verify", "--expect", head).ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`the expected head ${head} is not in the log`);
  });
});

describe("--follow", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("prints what others write as they write it, until %s", async (signal, code) => {
    const rig = await scanned();
    const follow = rig.start("log", "--follow", "--limit", "1");
    await follow.says("stdout", "1 modified: requirements/r1");
    const { server } = await rig.serve("--protocol", "draft");
    await server.call("design", { instance_id: "d1", title: "D" });
    await follow.says("stdout", "design/d1");
    rig.artifact("requirements/r2", { title: "More" });
    await rig.run("scan");
    await follow.says("stdout", "1 new: requirements/r2");
    follow.signal(signal);
    const { exitCode, stdout } = await follow.ended();
    expect(exitCode).toBe(code);
    expect(stdout.match(/requirements\/r1/g)).toHaveLength(1);
  });

  test("begins with an empty log, and tells in JSON too", async () => {
    const rig = await makeRig(draft);
    const follow = rig.start("log", "--follow", "--json");
    await rig.run("scan");
    await follow.says("stdout", '"kind":"scanned"');
    follow.signal("SIGINT");
    const lines = (await follow.ended()).stdout.trimEnd().split("\n");
    // The methodology is told by a later command where another process held the store just then.
    expect(lines.map((line) => (JSON.parse(line) as Line).seq)).toEqual(lines.map((_, index) => index + 1));
  });

  test("ends when nobody reads any more, though nothing happens", async () => {
    const rig = await scanned();
    const line = `"$0" "$1" log --follow --limit 1 | head -n 1`;
    const head = rig.launch(["sh", "-c", line, process.execPath, RUNA], "log | head");
    expect(await head.ended()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("earlier"), stderr: "" });
  });

  test("ends with the next event where there is no tail to look for its reader", async () => {
    const rig = await scanned();
    const line = `PATH=/nowhere "$0" "$1" log --follow --limit 1 | head -n 1`;
    const head = rig.launch(["sh", "-c", line, process.execPath, RUNA], "log | head");
    await head.says("stdout", "earlier");
    rig.artifact("requirements/r2", { title: "More" });
    await rig.run("scan");
    expect(await head.ended()).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
