import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../src/connection/migrations.ts";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import { recordReopened } from "../src/record/decision.ts";
import { logHead } from "../src/record/event-log.ts";
import { append } from "../src/record/event-table.ts";
import { keepCheckpoints, makeWhole } from "../src/replay/due.ts";
import { startFor, stateAt } from "../src/replay/state-at.ts";
import { stateOfTables } from "../src/replay/tables-state.ts";
import { verifyFold } from "../src/replay/verify-fold.ts";
import { isCheckpointDue, isWhole } from "../src/replay/whole.ts";
import { writeState } from "../src/replay/written-state.ts";
import { bodiesOf, RUN_STARTED } from "./event-examples.ts";
import { Rig, temporaryDirectory } from "./rig.ts";

const A = { title: "A" };

/** A project in which something of each kind has happened. */
async function worked(): Promise<Rig> {
  const rig = new Rig();
  rig.put("note/a.json", A);
  rig.put("note/broken.json", { title: 5 });
  await rig.scan();
  const started = rig.begin("attempt-1");
  rig.deliver("b", A, { attempt: "attempt-1" });
  rig.end("attempt-1", started, "delivered", [{ type: "note", id: "b" as never }]);
  rig.begin("attempt-2", "w-1");
  recordReopened(rig.store, [{ protocol: "write", workUnit: null }], {});
  return rig;
}

function fill(store: Store, events: number): void {
  store.connection.write(() => {
    for (let left = events; left > 0; left--) append(store.connection, RUN_STARTED);
  });
}

function stateNow({ connection }: Store) {
  return writeState(stateOfTables(connection));
}

/** What the log alone says of an event; null where it does not tell enough. */
function told({ connection }: Store, seq: number) {
  const found = stateAt(connection, seq);
  return found.kind === "known" ? writeState(found.state) : null;
}

describe("the state", () => {
  test("is kept after each 5,000 events, and what was at a later one begins with it", async () => {
    const { store } = await worked();
    const then = stateNow(store);
    const before = logHead(store).seq;
    expect(isCheckpointDue(store)).toBe(false);
    fill(store, 10_500);
    expect(isCheckpointDue(store)).toBe(true);
    keepCheckpoints(store);
    expect(isCheckpointDue(store)).toBe(false);
    keepCheckpoints(store);
    expect(bodiesOf(store, "checkpoint").map(({ reason, through }) => [reason, through])).toEqual([
      ["count", 5000],
      ["count", 10_000],
    ]);
    const { seq } = logHead(store);
    expect(startFor(store.connection, seq).seq).toBe(10_000);
    expect(startFor(store.connection, 9_999).seq).toBe(5000);
    for (const at of [before, 4_999, 5_000, 5_001, seq]) expect(told(store, at)).toEqual(then);
    expect(verifyFold(store)).toEqual({ ok: true, events: seq, wholeAfter: 0, checkpoints: 2 });
  });

  test.each([
    [
      "another core",
      "UPDATE checkpoint SET state = (SELECT state FROM checkpoint WHERE section <> 'core') WHERE seq = 5000",
    ],
    ["nothing that was packed", "UPDATE checkpoint SET state = x'00ff'"],
    ["none", "DELETE FROM checkpoint WHERE section = 'core'"],
  ])("that was kept is not believed where %s lies in its place", async (_, sql) => {
    const { store } = await worked();
    const then = stateNow(store);
    fill(store, 5_000);
    keepCheckpoints(store);
    store.connection.database.exec(sql);
    expect(startFor(store.connection, 5_001).seq).toBe(0);
    expect(told(store, 5_001)).toEqual(then);
  });
});

/** The store of a runa whose events told too little. */
function older(): string {
  const directory = temporaryDirectory();
  const database = openSqlite(join(directory, "runa.db"));
  for (const migration of MIGRATIONS.slice(0, 6)) database.exec(migration);
  database.exec(`UPDATE clock SET latest = 7;
    INSERT INTO artifact VALUES ('note', 'a', 'valid', 'sha256:a', 'sha256:s', NULL, 3, NULL, NULL, NULL, NULL);
    INSERT INTO event VALUES (1, 1, 'scanned', NULL, '{"changes":[["new","note","a","sha256:a"]],"modified":0,"new":1,"removed":0,"revalidated":0}', '', '')`);
  database.pragma("user_version = 6");
  database.close();
  return directory;
}

describe("a store that an older runa made", () => {
  test("keeps its state when it is brought up to date, and its log is whole from there", () => {
    const store = openStore(older());
    expect(isWhole(store)).toBe(false);
    makeWhole(store);
    expect(isWhole(store)).toBe(true);
    expect(bodiesOf(store, "checkpoint")).toMatchObject([{ reason: "upgrade", through: 2 }]);
    expect(told(store, 2)).toEqual(stateNow(store));
    expect(stateAt(store.connection, 1)).toEqual({ kind: "untold", seq: 1, wholeFrom: 2 });
    expect(verifyFold(store)).toEqual({ ok: true, events: 2, wholeAfter: 2, checkpoints: 0 });
    store.close();
  });

  test("says which event tells too little where nothing was kept since", () => {
    const store = openStore(older());
    expect(verifyFold(store)).toEqual({
      ok: false,
      seq: 1,
      message: "event 1 does not tell enough to fold what comes after it, and no state was kept since",
    });
    store.close();
  });

  test("cannot be told of where what was kept is lost", () => {
    const store = openStore(older());
    makeWhole(store);
    store.connection.database.exec("DELETE FROM checkpoint");
    expect(stateAt(store.connection, 2)).toEqual({ kind: "untold", seq: 1, wholeFrom: null });
    expect(verifyFold(store)).toMatchObject({ ok: false, seq: 2 });
    store.close();
  });
});

test("a new store's log is whole from its beginning", async () => {
  const { store } = await worked();
  expect(isWhole(store)).toBe(true);
  expect(bodiesOf(store, "checkpoint")).toEqual([]);
});

test.each([
  [
    "artifact note/a: status is valid by the log, invalid in the tables",
    "UPDATE artifact SET status = 'invalid' WHERE instance_id = 'a'",
  ],
  ["artifact note/a: the log tells of it, the tables hold none", "DELETE FROM artifact WHERE instance_id = 'a'"],
  [
    "open attempt attempt-2: fingerprint is f by the log, g in the tables",
    "UPDATE attempt SET fingerprint = 'g' WHERE id = 'attempt-2'",
  ],
  [
    "last attempt of write: outputs after is empty by the log, o in the tables",
    "UPDATE attempt SET outputs_after = 'o' WHERE id = 'attempt-1'",
  ],
  ["delivery 1 of note: the log tells of it, the tables hold none", "DELETE FROM delivery"],
  [
    "reopening of read: the tables hold it, the log tells of none",
    `UPDATE clock SET reopened = json_insert(reopened, '$[#]', json_array('read', NULL, 9))`,
  ],
])("%s", async (difference, sql) => {
  const { store } = await worked();
  expect(verifyFold(store)).toMatchObject({ ok: true });
  store.connection.database.exec(sql);
  const message = `the tables are not what the log leads to: ${difference}`;
  expect(verifyFold(store)).toEqual({ ok: false, seq: null, message });
});
