import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { earlierDeliveries } from "../src/record/attempt.ts";
import { confirmArtifact, withdrawArtifact } from "../src/record/delivery.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { type HeardDeliveries, readSnapshot } from "../src/snapshot.ts";
import { id, Rig, unit } from "./rig.ts";

const TITLE = { title: "A" };

const NOTHING: HeardDeliveries = { deliveries: new Map(), removals: new Map() };

/** What the protocol `listen`, or another one, hears in notes. */
function heard(rig: Rig, listener = "listen", workUnit: string | null = null): HeardDeliveries {
  const scope = workUnit === null ? null : unit(workUnit);
  return (
    readSnapshot(rig.store, rig.types.keys(), [], [scope], {
      listeners: () => new Map([["note", [listener]]]),
    }).heard.get(scope) ?? NOTHING
  );
}

const words = ({ deliveries }: HeardDeliveries) =>
  (deliveries.get("note") ?? []).map((saying) => `${saying.id} by ${saying.protocol}`);

describe("what attempts say by delivering it", () => {
  test("is heard in order, with the time when the same was said before", () => {
    const rig = new Rig();
    rig.begin("one");
    rig.deliver("a", TITLE, { attempt: "one" });
    rig.deliver("b", TITLE, { attempt: "one" });
    rig.deliver("a", { title: "B" }, { attempt: "one" });
    confirmArtifact(rig.store, { ...rig.deliverer({}), attempt: "one" }, "note", id("b"));
    rig.deliver("a", TITLE, { attempt: "one" });
    const said = heard(rig).deliveries.get("note") ?? [];
    expect(said.map(({ id }) => id)).toEqual(["a", "b", "a", "b", "a"]);
    expect(said.map(({ before }) => before)).toEqual([null, null, null, said[1]?.at, said[0]?.at]);
    expect(said.map(({ contentHash }) => contentHash === said[0]?.contentHash)).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  test("is not what nobody listens to, or what was delivered by hand, for another work unit, or taken back", () => {
    const rig = new Rig();
    rig.deliver("by-hand", TITLE);
    rig.begin("one", "w");
    rig.deliver("scoped", TITLE, { attempt: "one", workUnit: "w" });
    rig.begin("two");
    rig.deliver("taken", TITLE, { attempt: "two" });
    rig.deliver("plan", TITLE, { attempt: "two", type: "plan" });
    withdrawArtifact(rig.store, { ...rig.deliverer({}), attempt: "two" }, "note", id("taken"));
    expect(words(heard(rig))).toEqual([]);
    expect(words(heard(rig, "listen", "w"))).toEqual(["scoped by write"]);
    expect(readSnapshot(rig.store, rig.types.keys(), [], [null]).heard.size).toBe(0);
  });

  test("is left out as soon as all who listen have succeeded since", () => {
    const rig = new Rig();
    const first = rig.begin("one");
    rig.deliver("a", TITLE, { attempt: "one" });
    rig.end("one", first, "delivered", []);
    rig.begin("two");
    rig.deliver("b", TITLE, { attempt: "two" });
    expect(words(heard(rig))).toEqual(["a by write", "b by write"]);
    expect(words(heard(rig, "write"))).toEqual(["b by write"]);
  });
});

test("when an instance of a type went last is known, for each work unit, however it went", async () => {
  const rig = new Rig();
  rig.put("note/mine.json", { title: "M", work_unit: "w" });
  rig.put("note/theirs.json", { title: "T", work_unit: "v" });
  await rig.scan();
  const started = rig.begin("one", "w");
  rig.deliver("a", { title: "A", work_unit: "w" }, { attempt: "one", workUnit: "w" });
  rig.deliver("b", { title: "B", work_unit: "w" }, { attempt: "one", workUnit: "w" });
  const went = (workUnit: string | null = "w") => heard(rig, "listen", workUnit).removals.get("note");
  expect(went()).toBeUndefined();
  rmSync(rig.path("note", "theirs.json"));
  await rig.scan();
  expect(went()).toBeUndefined();
  rmSync(rig.path("note", "mine.json"));
  await rig.scan();
  const scanned = went() ?? 0;
  expect(scanned).toBeGreaterThan(rig.row("note", "b").lastModified);
  withdrawArtifact(rig.store, { ...rig.deliverer({ workUnit: "w" }), attempt: "one" }, "note", id("b"));
  const withdrawn = went() ?? 0;
  expect(withdrawn).toBeGreaterThan(scanned);
  rig.end("one", started, "delivered", [], [{ type: "note", id: id("a") }]);
  finishPendingOperations(rig.store, rig.workspace);
  expect(went()).toBeGreaterThan(withdrawn);
});

test("what earlier attempts of a candidate did with each instance", () => {
  const rig = new Rig();
  const candidate = { protocol: "write", workUnit: null };
  const known = () =>
    earlierDeliveries(rig.store, candidate).map((one) => [one.id, one.written === null ? "" : "written", one.since]);
  const failed = rig.begin("failed");
  const old = rig.deliver("a", TITLE, { attempt: "failed" });
  rig.deliver("by-hand", TITLE);
  expect(known()).toEqual([]);
  rig.end("failed", failed, "exited", []);
  // Without a success everything is since then.
  expect(known()).toEqual([["a", "", true]]);
  const first = rig.begin("first");
  const changed = rig.deliver("a", { title: "B" }, { attempt: "first" });
  confirmArtifact(rig.store, { ...rig.deliverer({}), attempt: "first" }, "note", id("by-hand"));
  rig.end("first", first, "delivered", []);
  expect(known()).toEqual([
    ["a", "written", false],
    ["by-hand", "", false],
  ]);
  expect(changed).not.toBe(old);
  expect(earlierDeliveries(rig.store, candidate)[0]?.written).toBe(changed);
  const again = rig.begin("again");
  rig.deliver("a", TITLE, { attempt: "again" });
  rig.end("again", again, "timed_out", []);
  expect(known()).toEqual([
    ["a", "written", true],
    ["by-hand", "", false],
  ]);
  expect(earlierDeliveries(rig.store, { protocol: "write", workUnit: unit("w") })).toEqual([]);
  expect(earlierDeliveries(rig.store, { protocol: "other", workUnit: null })).toEqual([]);
});
