import { expect, test } from "vitest";
import { claimAttempt } from "../src/record/attempt.ts";
import { recordAccepted, recordReopened } from "../src/record/decision.ts";
import { readEvents } from "../src/record/event-log.ts";
import { append } from "../src/record/event-table.ts";
import { attemptFacts } from "../src/record/instance-history.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { EXAMPLES } from "./event-examples.ts";
import { Rig } from "./rig.ts";

const WRITE = { protocol: "write", workUnit: null };
const KEY = "5:write";
const NOW = { seen: { note: { valid: "v", all: "a" } }, outputsAfter: "o", outputs: [], note: "fine" };

function snapshotOf(rig: Rig) {
  return readSnapshot(rig.store, ["note"], [], [null]);
}

function accept(rig: Rig, attempt: string): boolean {
  return recordAccepted(rig.store, { ...NOW, attempt, candidate: WRITE }, {});
}

function attempt(rig: Rig, id: string, outcome: "exited" | "delivered", lastDecision?: number): void {
  rig.end(id, rig.begin(id, null, { lastDecision }), outcome, []);
}

test("an accepted attempt counts as the candidate's success from then on", () => {
  const rig = new Rig();
  attempt(rig, "attempt-1", "delivered");
  attempt(rig, "attempt-2", "exited");
  const { ended } = snapshotOf(rig).lastAttempts.get(KEY) ?? { ended: 0 };
  expect(accept(rig, "attempt-2")).toBe(true);
  const { lastAttempts, lastSuccesses } = snapshotOf(rig);
  expect(lastAttempts.get(KEY)).toMatchObject({ id: "attempt-2", outcome: "delivered", outputsAfter: "o" });
  expect(lastSuccesses.get(KEY)).toMatchObject({ id: "attempt-2", seen: NOW.seen });
  expect(lastSuccesses.get(KEY)?.ended).toBeGreaterThan(ended);
  // Once is enough.
  expect(accept(rig, "attempt-2")).toBe(false);
  expect(readEvents(rig.store, { kind: "accepted" })).toHaveLength(1);
});

test("the success before an attempt is the last one, delivered or accepted by then", () => {
  const rig = new Rig();
  const successBefore = (id: string) => attemptFacts(rig.store, id)?.successBefore;
  attempt(rig, "attempt-1", "delivered");
  attempt(rig, "attempt-2", "exited");
  accept(rig, "attempt-2");
  attempt(rig, "attempt-3", "exited");
  attempt(rig, "attempt-4", "delivered");
  expect(successBefore("attempt-1")).toBe(null);
  expect(successBefore("attempt-2")).toBe("attempt-1");
  expect(successBefore("attempt-3")).toBe("attempt-2");
  expect(successBefore("attempt-4")).toBe("attempt-2");
});

test("nothing is accepted that is not the last attempt, did not fail, or is followed by one that has not ended", () => {
  const rig = new Rig();
  expect(accept(rig, "attempt-0")).toBe(false);
  attempt(rig, "attempt-1", "exited");
  attempt(rig, "attempt-2", "exited");
  expect(accept(rig, "attempt-1")).toBe(false);
  rig.begin("attempt-3");
  expect(accept(rig, "attempt-2")).toBe(false);
  expect(readEvents(rig.store, { kind: "accepted" })).toEqual([]);
});

test("a candidate that was accepted meanwhile is not executed by whoever saw it fail", () => {
  const rig = new Rig();
  attempt(rig, "attempt-1", "exited");
  accept(rig, "attempt-1");
  const claim = (lastOutcome: "exited" | "delivered") =>
    claimAttempt(rig.store, {
      ...WRITE,
      id: `attempt-${lastOutcome}`,
      lastAttempt: "attempt-1",
      lastOutcome,
      reopened: null,
      exclusion: { exclusive: false, protocols: [] },
      argv: ["agent"],
      owner: { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null },
      place: { directory: rig.root, workspace: rig.workspace },
      fingerprint: "f",
      instructionsHash: "h",
      inputs: [],
      before: [],
      contents: [],
    });
  expect(claim("exited")).toEqual({ kind: "outdated" });
  expect(claim("delivered")).toMatchObject({ kind: "claimed" });
});

test("a candidate that depends on decisions is not executed by whoever did not see the last one", () => {
  const rig = new Rig();
  const decide = () =>
    rig.store.connection.write(() =>
      append(rig.store.connection, { kind: "decision", attempt: null, body: EXAMPLES.decision }),
    );
  const seen = () => readSnapshot(rig.store, ["note"], [], [null], { decisions: true }).lastDecision;
  const none = seen();
  expect(none).toBe(0);
  decide();
  expect(() => rig.begin("attempt-1", null, { lastDecision: none })).toThrow("outdated");
  const first = seen();
  // Whatever else is told of since makes no difference.
  recordReopened(rig.store, [WRITE], {});
  attempt(rig, "attempt-2", "exited", first);
  decide();
  expect(() => rig.begin("attempt-3", null, { lastDecision: first })).toThrow("outdated");
  expect(seen()).toBe(readEvents(rig.store, { kind: "decision" }).at(-1)?.seq);
  // Of decisions nobody asked, and on none does it depend.
  expect(snapshotOf(rig)).not.toHaveProperty("lastDecision");
  attempt(rig, "attempt-4", "exited");
});

test("a candidate is reopened until its next success, by an attempt or by hand", () => {
  const rig = new Rig();
  const isReopened = () => snapshotOf(rig).reopened.has(KEY);
  attempt(rig, "attempt-1", "delivered");
  recordReopened(rig.store, [WRITE, { ...WRITE, protocol: "other" }], {});
  recordReopened(rig.store, [WRITE], { actor: { kind: "person", name: "anna" } });
  expect(isReopened()).toBe(true);
  expect(readEvents(rig.store, { kind: "reopened" }).map(({ body }) => body)).toEqual([
    { protocol: "write", moment: expect.any(Number) },
    { protocol: "other", moment: expect.any(Number) },
    { protocol: "write", moment: expect.any(Number), actor: { kind: "person", name: "anna" } },
  ]);
  attempt(rig, "attempt-2", "exited");
  expect(isReopened()).toBe(true);
  attempt(rig, "attempt-3", "delivered");
  expect(isReopened()).toBe(false);
  recordReopened(rig.store, [WRITE], {});
  attempt(rig, "attempt-4", "exited");
  expect(accept(rig, "attempt-4")).toBe(true);
  expect(isReopened()).toBe(false);
  // Whatever else was reopened stays so.
  expect(snapshotOf(rig).reopened.has("5:other")).toBe(true);
});
