import { join } from "node:path";
import { expect, test } from "vitest";
import { CURRENT_SCHEMA } from "../src/connection/current-schema.ts";
import { MIGRATIONS } from "../src/connection/migrations.ts";
import { SCHEMA_DIGESTS, schemaDigest, schemaText } from "../src/connection/schema-digest.ts";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore } from "../src/connection/store.ts";
import { rebuildStore } from "../src/rebuild/rebuild.ts";
import { readEvents, recordEvent, verifyLog } from "../src/record/event-log.ts";
import { RUN_STARTED } from "./event-examples.ts";
import { temporaryDirectory } from "./rig.ts";

test("what each migration makes is written down", () => {
  const database = openSqlite(":memory:");
  const made = MIGRATIONS.map((migration) => {
    database.exec(migration);
    return schemaDigest(database);
  });
  const newest = schemaText(database);
  database.close();
  expect(SCHEMA_DIGESTS).toEqual(made);
  expect(CURRENT_SCHEMA).toBe(newest);
});

const planted: readonly [string, string][] = [
  ["a trigger", "CREATE TRIGGER forged AFTER INSERT ON event BEGIN UPDATE artifact SET status = 'valid'; END"],
  ["a view", "CREATE VIEW extra AS SELECT 1"],
  ["a table", "CREATE TABLE extra (x)"],
  ["an index", "CREATE INDEX extra ON event (at)"],
  ["a column", "ALTER TABLE attempt ADD COLUMN extra TEXT"],
];
const removed: readonly [string, string][] = [
  ["a trigger", "DROP TRIGGER event_is_kept"],
  ["an index", "DROP INDEX attempt_open"],
];

test.each([
  ...planted.map(([what, sql]) => [`${what} was put in`, sql] as const),
  ...removed.map(([what, sql]) => [`${what} was taken out`, sql] as const),
])("a store in which %s is refused, and mended with what it holds", (_, sql) => {
  const directory = join(temporaryDirectory(), "store");
  const store = openStore(directory);
  recordEvent(store, RUN_STARTED);
  store.close();
  const database = openSqlite(join(directory, "runa.db"));
  database.exec(sql);
  database.close();
  expect(() => openStore(directory)).toThrow(
    /runa\.db is damaged: its tables, indexes and triggers are not those that runa makes, .* `runa scan --rebuild`/,
  );
  expect(rebuildStore(directory)).toMatchObject({ kept: { events: 1 }, incomplete: false });
  const mended = openStore(directory);
  expect(readEvents(mended, {}).map(({ kind }) => kind)).toEqual(["run_started"]);
  expect(verifyLog(mended).ok).toBe(true);
  mended.close();
});

test("a view in the place of a table is not read, however long it is", () => {
  const directory = join(temporaryDirectory(), "store");
  openStore(directory).close();
  const database = openSqlite(join(directory, "runa.db"));
  database.exec("DROP TABLE pending_operation");
  database.exec(`CREATE VIEW pending_operation AS WITH RECURSIVE endless (x) AS (SELECT 1 UNION ALL SELECT x FROM endless)
    SELECT x AS seq, 'supersede' AS kind, 'a' AS attempt, 't' AS subject FROM endless`);
  database.close();
  expect(rebuildStore(directory)).toMatchObject({ incomplete: true });
  openStore(directory).close();
});

test("a sound store of an older version is sound", () => {
  const directory = temporaryDirectory();
  const first = openSqlite(join(directory, "runa.db"));
  first.exec(MIGRATIONS[0] ?? "");
  first.pragma("user_version = 1");
  first.close();
  expect(rebuildStore(directory)).toMatchObject({ damaged: null, incomplete: false });
  openStore(directory).close();
});
