import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaProblems } from "./rig/envelope.ts";
import { type EventJson, eventsIn } from "./rig/events.ts";
import { chain, draft, units } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

interface Summary {
  readonly kind: string;
  readonly exit_code: number;
  readonly outcome: string;
  readonly failures: readonly object[];
}

/** What `--events` printed: events and a last line, each held against its published schema. */
async function streamed(ended: { readonly exitCode: number | null; readonly stdout: string }) {
  const lines = eventsIn<EventJson | Summary>(ended.stdout);
  const summary = lines.at(-1) as Summary;
  const events = lines.slice(0, -1) as EventJson[];
  for (const event of events) expect(await schemaProblems("log-event", event)).toEqual([]);
  expect(await schemaProblems("run-event-summary", summary)).toEqual([]);
  expect(summary.exit_code).toBe(ended.exitCode);
  expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).sort((one, other) => one - other));
  return { events, kinds: events.map(({ kind }) => kind), summary };
}

describe("run --events", () => {
  test("tells what happens as it happens, and ends with what it came to", async () => {
    const rig = await makeRig(chain);
    const run = rig.start("run", "--events");
    const first = await rig.nextAttempt();
    await run.says("stdout", '"kind":"attempt_started"');
    await first.say("stdout", "on stdout\n");
    await first.deliver("design", "d1", { title: "A design" });
    // Another process wrote it.
    await run.says("stdout", '"kind":"delivery_accepted"');
    await first.exit(0);
    const second = await rig.nextAttempt();
    await second.exit(7);
    const ended = await run.ended();
    const { events, kinds, summary } = await streamed(ended);
    expect(kinds.filter((kind) => kind !== "scanned")).toEqual([
      "run_started",
      "claimed",
      "attempt_started",
      "delivery_accepted",
      "attempt_ended",
      "claimed",
      "attempt_started",
      "attempt_ended",
      "run_ended",
    ]);
    expect(summary).toMatchObject({
      outcome: "quiescent_with_failures",
      exit_code: 2,
      attempts: [
        { id: first.id, protocol: "draft", outcome: "delivered", tries: 1, delivered: [{ instance_id: "d1" }] },
        { id: second.id, protocol: "build", outcome: "exited", delivered: [] },
      ],
      failures: [{ reason: "attempt", protocol: "build", attempt: second.id }],
      owed: [{ protocol: "build" }],
      held: [],
    });
    // The schema knows every key.
    for (const wrong of [
      { ...summary, surplus: 1 },
      { ...summary, limit: "max_attempts" },
      { ...summary, owed: [{}] },
    ])
      expect(await schemaProblems("run-event-summary", wrong)).not.toEqual([]);
    // Its lines are those of the log, which holds more.
    const log = eventsIn((await rig.run("log", "--json", "--all")).stdout);
    for (const event of events) expect(log).toContainEqual(event);
    // stdout belongs to the events.
    expect(ended.stderr).toContain("on stdout\n");
    expect(ended.stderr).toContain("✓ draft");
  });

  test("tells nothing of what another run does meanwhile", async () => {
    const rig = await makeRig({
      protocols: [...draft.protocols, { name: "plan", requires: ["requirements"], produces: ["schedule"] }],
      artifacts: { "requirements/r1": { title: "Fast" } },
    });
    const quiet = rig.start("run");
    const theirs = await rig.nextAttempt();
    const told = rig.start("run", "--events");
    const ours = await rig.nextAttempt();
    await theirs.exit(1);
    await quiet.says("stderr", "✗");
    await ours.exit(1);
    const { events, summary } = await streamed(await told.ended());
    expect(new Set(events.flatMap(({ attempt }) => attempt ?? []))).toEqual(new Set([ours.id]));
    const { failures } = summary;
    expect(failures).toHaveLength(2);
    expect(failures).toContainEqual(expect.objectContaining({ reason: "elsewhere" }));
    expect(failures).toContainEqual(expect.objectContaining({ reason: "attempt", attempt: ours.id }));
    await quiet.ended();
  });

  test("with nothing to do: the summary alone", async () => {
    const rig = await makeRig(draft);
    rig.remove(".runa/workspace/requirements");
    const ended = await rig.run("run", "--events");
    const { kinds, summary } = await streamed(ended);
    expect(kinds.filter((kind) => !["scanned", "methodology_changed"].includes(kind))).toEqual([]);
    expect(summary).toMatchObject({
      outcome: "quiescent_with_blocked_work",
      owed: [{ protocol: "draft" }],
      attempts: [],
    });
  });

  test("a limit, usage and a work unit", async () => {
    const agent = ["/bin/sh", "-c", `echo '{"cost_usd": 0.5, "model": "m"}' > "$RUNA_USAGE"`];
    const rig = await makeRig({ ...units, agent, settings: 'attempts = 2\nbackoff = "1ms"' });
    const ended = await rig.run("run", "--events", "--work-unit", "search", "--max-attempts", "1");
    expect((await streamed(ended)).summary).toMatchObject({
      outcome: "limit_reached",
      exit_code: 3,
      limit: "max_attempts",
      attempts: [{ work_unit: "search", outcome: "not_delivered", usage: { cost_usd: 0.5, model: "m" } }],
      owed: [{ protocol: "implement", work_unit: "search" }],
    });
  });

  test("a methodology that was changed", async () => {
    const rig = await makeRig(draft);
    const run = rig.start("run", "--events");
    const agent = await rig.nextAttempt();
    const file = join(rig.methodology, "schemas/design.schema.json");
    appendFileSync(file, "\n");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await streamed(await run.ended())).summary).toMatchObject({
      outcome: "methodology_changed",
      exit_code: 1,
      changed: [file],
      ran: [agent.id],
    });
  });

  test("what another run holds, and a signal", async () => {
    const rig = await makeRig(draft);
    const here = rig.start("run", "--events");
    const agent = await rig.nextAttempt();
    const held = await rig.run("run", "--events", "--no-wait");
    expect((await streamed(held)).summary).toMatchObject({
      exit_code: 3,
      held: [{ attempt: agent.id, protocol: "draft" }],
    });
    here.signal("SIGTERM");
    const { kinds, summary } = await streamed(await here.ended());
    expect(summary).toMatchObject({ outcome: "interrupted", exit_code: 143, attempts: [{ outcome: "interrupted" }] });
    expect(kinds.at(-1)).toBe("run_ended");
  });
});

describe("step --events", () => {
  test.each([
    { code: 0, exit: 0, outcome: "delivered" },
    { code: 3, exit: 1, outcome: "exited" },
  ])("exit $exit after $outcome", async ({ code, exit, outcome }) => {
    const rig = await makeRig(draft);
    const step = rig.start("step", "--events");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(code);
    const ended = await step.ended();
    expect(ended.exitCode).toBe(exit);
    const { kinds, summary } = await streamed(ended);
    expect(kinds).toContain("attempt_ended");
    expect(summary).toMatchObject({ attempts: [{ outcome }] });
  });
});

test.each(["run", "step"])("%s --events is for live execution, and a failure prints no summary", async (command) => {
  const rig = await makeRig({ ...draft, agent: null });
  const dry = await rig.run(command, "--events", "--dry-run");
  expect(dry.exitCode).toBe(1);
  expect(dry.stderr).toContain("error: --events is for live execution: use --json with --dry-run");
  const { exitCode, stdout, stderr } = await rig.run(command, "--events");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("error: protocol 'draft' is to be executed and has no agent");
  expect(stdout).not.toContain("summary");
});
