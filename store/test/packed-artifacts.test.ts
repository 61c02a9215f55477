import { describe, expect, test } from "vitest";
import type { TypeSummary } from "../src/artifact.ts";
import { openStore } from "../src/connection/store.ts";
import { findArtifact, markDelivered, putArtifact, removeArtifact } from "../src/index/artifact-table.ts";
import { IndexChange, packedArtifacts } from "../src/index/packed-artifacts.ts";
import { ListedInstances } from "../src/instances.ts";
import { nextMoment } from "../src/record/clock-table.ts";
import { recordEvent } from "../src/record/event-log.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { RUN_STARTED } from "./event-examples.ts";
import { id, Rig, unit } from "./rig.ts";

const TYPES = ["note", "plan"];
const IDS = ["a", "b,=", ",=6F6E65,", "c\nd", "é", "😀", "x y", "=", "\t"];
const UNITS = [undefined, "one", "", "two/three,=", "\0", "a\0,b/", "zwei\n", "三", "#6F", "=x", "v1.0_a-b"];

/** A project of every kind of id and work unit, valid and not. */
async function mixed(): Promise<Rig> {
  const rig = new Rig();
  for (const [index, name] of IDS.entries())
    for (const [number, workUnit] of UNITS.entries()) {
      const fits = (index + number) % 3 !== 0;
      rig.put(`note/${name}${number}.json`, {
        ...(fits && { title: "t" }),
        ...(workUnit !== undefined && { work_unit: workUnit }),
      });
    }
  rig.put("note/none.json", "{");
  await rig.scan();
  return rig;
}

describe("rows of one text", () => {
  test("are what the table holds, whatever ids and work units hold", async () => {
    const rig = await mixed();
    const rows = rig.rows();
    expect(rows.length).toBe(IDS.length * UNITS.length + 1);
    for (const row of rows) expect(row).toEqual(findArtifact(rig.store.connection, row.type, row.id));
  });

  test("of a work unit are those that a filter finds, the same objects", async () => {
    const rig = await mixed();
    const { instances } = readSnapshot(rig.store, TYPES, [], [null]);
    const all = instances.get("note") ?? [];
    for (const workUnit of [...UNITS.flatMap((name) => name ?? []), "on", "ONE", "unknown"]) {
      const own = instances.forWorkUnit?.("note", unit(workUnit)) ?? [];
      const expected = all.filter((one) => one.workUnit === null || one.workUnit === workUnit);
      expect(own.length).toBe(expected.length);
      expect(own.every((instance, index) => instance === expected[index])).toBe(true);
    }
  });

  test("are summed up as their list is", async () => {
    const rig = await mixed();
    const { instances } = readSnapshot(rig.store, TYPES, [], [null]);
    const all = instances.get("note") ?? [];
    const times = (status?: string) =>
      all.filter((one) => status === undefined || one.status === status).map(({ lastModified }) => lastModified);
    expect(instances.summary?.("note")).toEqual({
      total: all.length,
      valid: times("valid").length,
      broken: times("invalid").length + times("malformed").length,
      stale: 0,
      newest: Math.max(...times()),
      newestValid: Math.max(...times("valid")),
      newestVouched: Math.max(...times()),
    });
    expect(instances.summary?.("plan")).toMatchObject({ total: 0, newest: null });
    expect([...instances.keys()]).toEqual(TYPES);
    expect(instances.get("plan")).toEqual([]);
    expect(instances.get("other")).toBeUndefined();
  });
});

test("of each work unit as much is known as its list tells", async () => {
  const rig = await mixed();
  const started = rig.begin("attempt-1");
  rig.put("plan/only.json", { title: "t" });
  await rig.scan();
  rig.store.connection.write(() => markDelivered(rig.store.connection, "note", id("a1"), started));
  const { instances } = readSnapshot(rig.store, TYPES, [], [null]);
  const listed = new ListedInstances(instances);
  for (const type of [...TYPES, "other"]) {
    expect(new Map([...instances.summaries(type)].map(([workUnit, one]) => [workUnit, plainly(one)]))).toEqual(
      listed.summaries(type),
    );
    for (const workUnit of [...UNITS.flatMap((name) => name ?? []), "unknown"])
      expect(plainly(instances.summaryFor(type, unit(workUnit)))).toEqual(listed.summaryFor(type, unit(workUnit)));
  }
});

/** A summary's own members, whatever object tells them. */
function plainly({ total, valid, broken, stale, newest, newestValid, newestVouched }: TypeSummary): TypeSummary {
  return { total, valid, broken, stale, newest, newestValid, newestVouched };
}

describe("what was read is kept", () => {
  const changed = (rig: Rig) => rig.rows().map((row) => `${row.id} ${row.deliveredAt}`);

  test("while nothing is written", async () => {
    const rig = await mixed();
    expect(packedArtifacts(rig.store.connection)).toBe(packedArtifacts(rig.store.connection));
  });

  test("until this connection writes, or another does", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    expect(changed(rig)).toEqual(["a null"]);
    const row = rig.row("note", "a");
    rig.store.connection.write(() => putArtifact(rig.store.connection, { ...row, deliveredAt: row.lastModified }));
    expect(changed(rig)).toEqual([`a ${row.lastModified}`]);
    const other = openStore(rig.store.directory);
    other.connection.write(() => removeArtifact(other.connection, row, nextMoment(other.connection)));
    other.close();
    expect(changed(rig)).toEqual([]);
  });

  test("of each type until this connection writes to it, whatever else it writes", async () => {
    const rig = new Rig();
    for (const name of ["note/a", "plan/b"]) rig.put(`${name}.json`, { title: "t" });
    await rig.scan();
    const { connection } = rig.store;
    const before = packedArtifacts(connection);
    recordEvent(rig.store, RUN_STARTED);
    expect(packedArtifacts(connection)).toBe(before);
    const row = rig.row("note", "a");
    const changes = [
      () => markDelivered(connection, "note", row.id, row.lastModified),
      () => putArtifact(connection, { ...row, workUnit: unit("one") }),
      () => removeArtifact(connection, row, nextMoment(connection)),
    ];
    for (const change of changes) {
      const last = packedArtifacts(connection);
      connection.write(change);
      const now = packedArtifacts(connection);
      expect(now.get("note")).not.toBe(last.get("note"));
      expect(now.get("plan")).toBe(before.get("plan"));
      expect(now.get("note")?.rows() ?? []).toEqual(
        [findArtifact(connection, "note", row.id)].filter((one) => one !== null),
      );
    }
  });

  test("also where a write is taken back", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    const { connection } = rig.store;
    const row = rig.row("note", "a");
    const takenBack = () =>
      connection.write(() => {
        removeArtifact(connection, row, nextMoment(connection));
        throw new Error("taken back");
      });
    expect(takenBack).toThrow("taken back");
    expect(rig.rows()).toEqual([row]);
  });

  test("and a snapshot stays as it was", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    const { instances } = readSnapshot(rig.store, TYPES, [], [null]);
    rig.put("note/b.json", { title: "t" });
    await rig.scan();
    expect(instances.get("note")?.map((one) => one.id)).toEqual(["a"]);
    expect(rig.rows().map((one) => one.id)).toEqual(["a", "b"]);
  });
});

describe("work in two transactions", () => {
  const WHEN = ["never", "before the first", "between them", "after the last"] as const;
  const cases = (["this connection", "another connection"] as const).flatMap((who) =>
    WHEN.map((when) => [when, who] as const),
  );

  test.each(cases)("with another write %s, over %s: the index is what the table holds", async (when, who) => {
    const rig = new Rig();
    for (const name of ["note/a", "note/b", "plan/c", "plan/d"]) rig.put(`${name}.json`, { title: "t" });
    await rig.scan();
    const { store } = rig;
    const other = who === "this connection" ? store : openStore(store.directory);
    const mark = (on: typeof store, type: string, name: string) =>
      putArtifact(on.connection, { ...rig.row(type, name), deliveredAt: rig.row(type, name).lastModified });
    const happens = (now: (typeof WHEN)[number]) => {
      if (now === when) other.connection.write(() => mark(other, "plan", "d"));
    };
    const asRead: boolean[] = [];
    const index = packedArtifacts(store.connection);
    const change = new IndexChange(store.connection, index);
    const part = (name: string) =>
      store.connection.write(() =>
        change.part((isAsRead) => {
          asRead.push(isAsRead);
          mark(store, "note", name);
        }),
      );
    happens("before the first");
    part("a");
    happens("between them");
    part("b");
    happens("after the last");

    const touched = when === "never" ? ["a", "b"] : ["a", "b", "d"];
    expect(
      rig
        .rows()
        .filter(({ deliveredAt }) => deliveredAt !== null)
        .map((row) => row.id),
    ).toEqual(touched);
    for (const row of rig.rows()) expect(row).toEqual(findArtifact(store.connection, row.type, row.id));
    expect(asRead).toEqual([when !== "before the first", when !== "before the first" && when !== "between them"]);
    // What nobody touched is not read again; what was read before stays as it was.
    expect(packedArtifacts(store.connection).get("plan") === index.get("plan")).toBe(when === "never");
    expect(
      index
        .get("note")
        ?.rows()
        .map(({ deliveredAt }) => deliveredAt),
    ).toEqual([null, null]);
    if (other !== store) other.close();
  });

  test("is seen after any of them", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    const { connection } = rig.store;
    const row = rig.row("note", "a");
    const change = new IndexChange(connection, packedArtifacts(connection));
    connection.write(() => change.part(() => removeArtifact(connection, row, nextMoment(connection))));
    expect(rig.rows()).toEqual([]);
  });
});
