import { describe, expect, test } from "vitest";
import { candidateKey } from "../src/candidate.ts";
import { contentHash } from "../src/json/canonical.ts";
import {
  abandonAttempt,
  attemptNotes,
  beforeAttempt,
  endAttempt,
  fenceAttempt,
  recordAgent,
  unendedAttempts,
} from "../src/record/attempt.ts";
import { lastAttemptOf } from "../src/record/last-attempts.ts";
import { readSnapshot, type Snapshot } from "../src/snapshot.ts";
import { id, Rig, unit } from "./rig.ts";

const A = { title: "A" };
const note = (name: string) => ({ type: "note", id: id(name) });
const WRITE = candidateKey({ protocol: "write", workUnit: null });
const WRITE_FOR_W1 = candidateKey({ protocol: "write", workUnit: unit("w-1") });
const look = (rig: Rig, workUnit: string | null = null): Snapshot =>
  readSnapshot(rig.store, rig.types.keys(), [], [workUnit === null ? null : unit(workUnit)]);

const opened = (workUnit: string | null = null) => ({
  id: "attempt-1",
  protocol: "write",
  workUnit: workUnit === null ? null : unit(workUnit),
});

describe("an attempt", () => {
  test("is open from its beginning, with the agent once that is known, until it ends", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1", "w-1");
    const owner = { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null };
    const open = {
      startedAt: expect.any(Number),
      id: "attempt-1",
      protocol: "write",
      workUnit: "w-1",
      started,
      owner,
      agent: null,
      place: { directory: "/project", workspace: "/project/workspace" },
      fenced: false,
    };
    expect(unendedAttempts(rig.store)).toEqual([open]);
    recordAgent(rig.store, opened("w-1"), { pid: 42, startTime: "7" });
    fenceAttempt(rig.store, "attempt-1");
    rig.reopen();
    // Of every work unit: a command must see what runs anywhere.
    expect(look(rig).openAttempts).toEqual([{ ...open, agent: { pid: 42, startTime: "7" }, fenced: true }]);
    const ended = rig.end("attempt-1", started, "exited", []);
    expect(ended).toBe(true);
    expect(unendedAttempts(rig.store)).toEqual([]);
    expect(look(rig).lastAttempts.size).toBe(0);
    expect(look(rig, "w-1").lastAttempts.get(WRITE_FOR_W1)).toEqual({
      id: "attempt-1",
      protocol: "write",
      outcome: "exited",
      started,
      startedAt: expect.any(Number),
      ended: expect.toSatisfy((moment: number) => moment > started),
      outputsAfter: "",
      fingerprint: "f",
      seen: null,
    });
  });

  test("ends once: what comes later does not change how it ended", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    rig.end("attempt-1", started, "delivered", []);
    const before = look(rig).lastAttempts.get(WRITE);
    abandonAttempt(rig.store, opened());
    expect(look(rig).lastAttempts.get(WRITE)).toEqual(before);
  });

  test("of which nothing can be judged is abandoned", () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    abandonAttempt(rig.store, opened());
    expect(look(rig).lastAttempts.get(WRITE)).toMatchObject({ outcome: "abandoned", seen: null });
    expect(unendedAttempts(rig.store)).toEqual([]);
  });

  test("that succeeds marks what it delivered with its start; one that fails marks nothing", () => {
    const rig = new Rig();
    const first = rig.begin("attempt-1");
    rig.deliver("a", A, { attempt: "attempt-1" });
    rig.deliver("b", A, { attempt: "attempt-1" });
    rig.end("attempt-1", first, "delivered", [note("a")]);
    const second = rig.begin("attempt-2");
    rig.deliver("b", A, { attempt: "attempt-2" });
    rig.end("attempt-2", second, "timed_out", [note("b")]);
    expect([rig.row("note", "a").deliveredAt, rig.row("note", "b").deliveredAt]).toEqual([first, null]);
  });

  test("of several that ended at one moment the one that began last is the last, for whoever asks", () => {
    const rig = new Rig();
    const first = rig.begin("attempt-b");
    rig.end("attempt-b", first, "delivered", []);
    const second = rig.begin("attempt-a");
    rig.end("attempt-a", second, "delivered", []);
    rig.store.connection.database.exec("UPDATE attempt SET ended = 7");
    expect(look(rig).lastAttempts.get(WRITE)?.id).toBe("attempt-a");
    expect(look(rig).lastSuccesses.get(WRITE)?.id).toBe("attempt-a");
    expect(lastAttemptOf(rig.store.connection, "write", null)?.id).toBe("attempt-a");
  });

  test("that delivered by file has that on record", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    rig.deliver("a", A, { attempt: "attempt-1" });
    endAttempt(rig.store, opened(), {
      owner: { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null },
      logged: {},
      outcome: "delivered",
      detail: { code: 0 },
      seen: { note: { valid: "v", all: "a" } },
      outputsAfter: "digest",
      usage: { tokens: 5 },
      started,
      byFile: [{ ...note("f"), contentHash: contentHash("x"), workUnit: null }],
      contents: [],
      delivered: [],
      superseded: [],
    });
    expect(attemptNotes(rig.store, "attempt-1").deliveries.map(({ id, via }) => [id, via])).toEqual([
      ["a", "tool"],
      ["f", "file"],
    ]);
    expect(look(rig).lastSuccesses.get(WRITE)).toMatchObject({
      seen: { note: { valid: "v", all: "a" } },
      outputsAfter: "digest",
    });
  });
});

test("the last attempt and the last success are kept apart, for each work unit and for none", () => {
  const rig = new Rig();
  const run = (attempt: string, workUnit: string | null, outcome: "delivered" | "exited") =>
    rig.end(attempt, rig.begin(attempt, workUnit), outcome, []);
  run("u1", null, "delivered");
  run("w1", "w-1", "delivered");
  run("u2", null, "delivered");
  run("u3", null, "exited");
  run("w2", "w-2", "exited");
  const last = (workUnit: string | null) => {
    const { lastAttempts, lastSuccesses } = look(rig, workUnit);
    const key = candidateKey({ protocol: "write", workUnit: workUnit === null ? null : unit(workUnit) });
    return [lastAttempts.get(key)?.id, lastSuccesses.get(key)?.id];
  };
  expect(last(null)).toEqual(["u3", "u2"]);
  expect(last("w-1")).toEqual(["w1", "w1"]);
  expect(last("w-2")).toEqual(["w2", undefined]);
  expect(last("w-3")).toEqual([undefined, undefined]);
});

test("a snapshot does not change under its reader", async () => {
  const rig = new Rig();
  rig.put("note/a.json", A);
  await rig.scan();
  const snapshot = look(rig);
  rig.deliver("b", A);
  rig.begin("attempt-1");
  expect(snapshot.instances.get("note")?.map(({ id }) => id)).toEqual(["a"]);
  expect(snapshot.openAttempts).toEqual([]);
  expect(beforeAttempt(rig.store, "attempt-1")).toEqual([]);
});
