import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore, requireSound, type Store } from "../src/connection/store.ts";
import { StoreError } from "../src/connection/store-error.ts";
import { rebuildStore } from "../src/rebuild/rebuild.ts";
import { attemptNotes, beforeAttempt, unendedAttempts } from "../src/record/attempt.ts";
import { recordRefusal } from "../src/record/delivery.ts";
import { readEvents, recordEvent, verifyLog } from "../src/record/event-log.ts";
import { pendingOperations } from "../src/record/pending-operation-table.ts";
import { readSnapshot, readUnhealthy } from "../src/snapshot.ts";
import { RUN_STARTED } from "./event-examples.ts";
import { id, Rig } from "./rig.ts";

const A = { title: "A" };

/** A rig with a row in every table, and something in every column; its store is closed. */
async function worked(): Promise<Rig> {
  const rig = new Rig();
  rig.put("note/broken.json", { title: 5 });
  const started = rig.begin("attempt-1");
  rig.deliver("a", A, { attempt: "attempt-1" });
  rig.end("attempt-1", started, "delivered", [], [{ type: "note", id: id("gone") }]);
  rig.begin("attempt-2", "w-1");
  rig.end("attempt-3", rig.begin("attempt-3", "w-2"), "exited", []);
  recordRefusal(rig.store, "attempt-2", "bad_arguments", "note", { reason: "r", violations: [] });
  await rig.scan();
  rig.store.connection.database.exec(
    `UPDATE attempt SET seen = '{"note":{"valid":"v","all":"a"}}', usage = '{"tokens":1}'`,
  );
  rig.store.connection.database.exec("UPDATE attempt SET accepted = ended WHERE id = 'attempt-3'");
  rig.store.connection.database.exec(`UPDATE clock SET reopened = '[["write",null,3]]'`);
  rig.store.connection.database.exec(`UPDATE attempt SET agent = '{"pid":7,"startTime":"9"}'`);
  rig.store.close();
  return rig;
}

/** Reads everything that commands read. */
function readAll(store: Store): void {
  for (const workUnit of [null, "w-1", "w-2"]) {
    const { instances } = readSnapshot(store, ["note"], [], [workUnit as never]);
    for (const type of instances.keys()) instances.get(type);
  }
  readUnhealthy(store, ["note"]);
  for (const { id } of unendedAttempts(store)) beforeAttempt(store, id);
  pendingOperations(store.connection);
  const attempts = store.connection.database.prepare("SELECT id FROM attempt").pluck().all() as string[];
  for (const id of attempts) attemptNotes(store, id);
  readEvents(store, {});
}

/** Columns that commands read, each with what no runa writes. */
const READ: readonly [table: string, column: string, value: string][] = [
  ["artifact", "violations", "'X' || substr(violations, 2)"],
  ["artifact", "violations", "'{}'"],
  ["artifact", "violations", "'[1]'"],
  ["artifact", "status", "'vblid'"],
  ["artifact", "last_modified", "-1"],
  ["artifact", "last_modified", "9007199254740993"],
  ["artifact", "content_hash", "'sha25,'"],
  ["attempt", "seen", "'X' || substr(seen, 2)"],
  ["attempt", "seen", "'[]'"],
  ["attempt", "seen", `'{"note":{"valid":"v"}}'`],
  ["attempt", "owner", "'X'"],
  ["attempt", "owner", `'{"pie":1}'`],
  ["attempt", "agent", "'null'"],
  ["attempt", "place", "'{}'"],
  ["lay_before", "instances", "'X'"],
  ["lay_before", "instances", "'[{}]'"],
  ["lay_before", "attempt", "'lost'"],
  ["attempt", "detail", "'X'"],
  ["attempt", "last_refusal", "'X'"],
  ["attempt", "last_refusal", "'{}'"],
  ["attempt", "outcome", "'deliverea'"],
  ["attempt", "started", "-1"],
  ["attempt", "ended", "9007199254740993"],
  ["attempt", "accepted", "-1"],
  ["clock", "reopened", "'X'"],
  ["clock", "reopened", `'[["write"]]'`],
  ["delivery", "via", "'foo'"],
  ["pending_operation", "kind", "'forged'"],
  ["pending_operation", "subject", "'X'"],
  ["pending_operation", "subject", `'{"type":"note"}'`],
  ["event", "body", "'X' || substr(body, 2)"],
  ["event", "body", "'[]'"],
  ["event", "at", "9000000000000000000"],
];

/** Columns that are only written, or only for people. */
const UNREAD: readonly [table: string, column: string, value: string][] = [
  ["attempt", "argv", "'X'"],
  ["given", "inputs", "'X'"],
  ["attempt", "usage", "'X'"],
  ["clock", "latest", "-7"],
];

/** Damages a column wherever it holds something. */
function damage(rig: Rig, table: string, column: string, value: string): void {
  const database = openSqlite(join(rig.store.directory, "runa.db"));
  database.exec("DROP TRIGGER event_is_final");
  database.exec(`UPDATE ${table} SET ${column} = ${value} WHERE ${column} IS NOT NULL`);
  database.exec(
    "CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the event log is only appended to'); END",
  );
  database.close();
}

describe.each(READ)("%s.%s = %s", (table, column, value) => {
  test("is one clear error to whoever reads it", async () => {
    const rig = await worked();
    damage(rig, table, column, value);
    const store = openStore(rig.store.directory);
    expect(() => readAll(store)).toThrow(StoreError);
    expect(() => readAll(store)).toThrow(/damaged.*`runa scan --rebuild` keeps what can still be read/);
    store.close();
  });
});

describe.each([...READ, ...UNREAD])("%s.%s = %s", (table, column, value) => {
  test("is mended by a rebuild, after which everything works", async () => {
    const rig = await worked();
    damage(rig, table, column, value);
    rebuildStore(rig.store.directory);
    rig.reopen();
    await rig.scan();
    readAll(rig.store);
    recordEvent(rig.store, RUN_STARTED);
    expect(rig.rows().map(({ id, status }) => [id, status])).toEqual([
      ["a", "valid"],
      ["broken", "invalid"],
    ]);
    // What was dropped from the log shows; of what was never in it nothing does.
    if (table !== "event") expect(verifyLog(rig.store)).toMatchObject({ ok: true });
  });
});

test("a damaged index over sound rows is found and mended by a rebuild", async () => {
  const rig = await worked();
  const database = openSqlite(join(rig.store.directory, "runa.db"));
  const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'delivery_of_attempt'").pluck().get();
  database.unsafeMode(true);
  database.pragma("writable_schema = ON");
  const other = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'attempt_open'").pluck().get();
  database.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'delivery_of_attempt'").run(other);
  database.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'attempt_open'").run(page);
  database.close();
  const check = () => {
    const opened = openSqlite(join(rig.store.directory, "runa.db"));
    try {
      return opened.pragma("integrity_check(1)", { simple: true });
    } finally {
      opened.close();
    }
  };
  expect(check()).not.toBe("ok");
  const store = openStore(rig.store.directory);
  expect(() => requireSound(store)).toThrow(/is damaged: .*`runa scan --rebuild`/);
  store.close();
  expect(rebuildStore(rig.store.directory)).toMatchObject({ kept: { attempts: 3 } });
  expect(check()).toBe("ok");
  rig.reopen();
  expect(unendedAttempts(rig.store).map(({ id }) => id)).toEqual(["attempt-2"]);
});
