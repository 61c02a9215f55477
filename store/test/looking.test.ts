import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore } from "../src/connection/store.ts";
import { NotSavedError, StoreError } from "../src/connection/store-error.ts";
import { deliverArtifact } from "../src/record/delivery.ts";
import { readEvents, recordEvent } from "../src/record/event-log.ts";
import { scan } from "../src/scan/scan.ts";
import { parseSchema } from "../src/schema/source.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { RUN_STARTED } from "./event-examples.ts";
import { asOrdinaryUser, id, NOTE, Rig, temporaryDirectory } from "./rig.ts";

const A = { title: "A" };

/** Has the write lock of a store until the test has finished, as a server does that was suspended in its delivery. */
function lock(directory: string): void {
  const database = openSqlite(join(directory, "runa.db"));
  database.exec("BEGIN IMMEDIATE");
  onTestFinished(() => void database.close());
}

describe("while somebody holds the store's lock", () => {
  test("who looks finds what is there soon, and keeps nothing of it", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    await rig.scan();
    rig.put("note/b.json", A);
    lock(rig.store.directory);
    const store = openStore(rig.store.directory, "look");
    const began = performance.now();
    const report = await scan(store, rig.workspace, rig.types);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(report.new).toEqual([{ type: "note", id: "b" }]);
    expect(store.persistent).toBe(false);
    expect(readSnapshot(store, ["note"], [], [null]).instances.get("note")?.length).toBe(2);
    store.close();
    expect(rig.rows().map((row) => row.id)).toEqual(["a"]);
  });

  test("who looks and finds nothing to save has the store itself", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    await rig.scan();
    lock(rig.store.directory);
    const store = openStore(rig.store.directory, "look");
    expect((await scan(store, rig.workspace, rig.types)).new).toEqual([]);
    expect(store.persistent).toBe(true);
    store.close();
  });
});

test.each([
  ["is full", "PRAGMA max_page_count = 1"],
  ["must not be written", "PRAGMA query_only = ON"],
])("where the database %s, who looks finds all there is, and keeps nothing", async (_, pragma) => {
  const rig = new Rig();
  rig.put("note/a.json", A);
  await rig.scan();
  for (let n = 0; n < 200; n++) rig.put(`note/b${n}.json`, A);
  const store = openStore(rig.store.directory, "look");
  store.connection.database.exec(pragma);
  expect((await scan(store, rig.workspace, rig.types)).new.length).toBe(200);
  expect(store.persistent).toBe(false);
  store.close();
  expect(rig.rows().length).toBe(1);
});

test.each(["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE"])(
  "where opening it says %s, a copy answers",
  (code) => {
    const rig = new Rig();
    const prepare = vi.spyOn(Database.prototype, "prepare").mockImplementationOnce(() => {
      throw Object.assign(new Error("no room"), { code });
    });
    const store = openStore(rig.store.directory, "look");
    prepare.mockRestore();
    expect(store.persistent).toBe(false);
    expect(readEvents(store, {})).toEqual([]);
    store.close();
  },
);

test("who records is never given a copy for a lock", () => {
  const rig = new Rig();
  const busy = Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" });
  expect(rig.store.connection.answerWithoutSaving(busy)).toBe(false);
  expect(rig.store.persistent).toBe(true);
});

test("who looks hears of anything but a store that cannot be written", () => {
  const store = openStore(join(temporaryDirectory(), "store"), "look");
  expect(store.connection.answerWithoutSaving(new StoreError("it is damaged"))).toBe(false);
  expect(store.connection.answerWithoutSaving(new NotSavedError("it is full", "no space left on the device"))).toBe(
    true,
  );
  expect(store.persistent).toBe(false);
  store.close();
});

describe("a store that cannot be read", () => {
  test.each<[string, (directory: string) => void]>([
    ["its database may not be read", (directory) => chmodSync(join(directory, "runa.db"), 0o200)],
    ["its directory may not be searched", (directory) => chmodSync(directory, 0o600)],
  ])("is an error, not an empty one: %s", async (_, forbid) => {
    const directory = join(temporaryDirectory(), "store");
    openStore(directory).close();
    forbid(directory);
    for (const use of ["look", "record"] as const)
      await asOrdinaryUser(async () => {
        expect(() => openStore(directory, use)).toThrow(StoreError);
        expect(() => openStore(directory, use)).toThrow(
          /runa\.db cannot be read: permission denied\. Without what runa remembers nothing can be answered; no artifact is in doubt/,
        );
      });
  });
});

test("into a store that cannot be written nothing is delivered", async () => {
  const directory = join(temporaryDirectory(), "store");
  openStore(directory).close();
  const workspace = temporaryDirectory();
  chmodSync(workspace, 0o777);
  chmodSync(directory, 0o555);
  chmodSync(join(directory, "runa.db"), 0o444);
  await asOrdinaryUser(async () => {
    const store = openStore(directory);
    const schemaHash = parseSchema(Buffer.from(JSON.stringify(NOTE))).hash;
    const artifact = { type: "note", id: id("a"), text: "{}", canonical: "{}", schemaHash, workUnit: null };
    expect(() => deliverArtifact(store, { workspace, attempt: null, workUnit: null }, artifact)).toThrow(
      /runa\.db cannot be written, so nothing can be recorded/,
    );
    store.close();
  });
  expect(readdirSync(workspace)).toEqual([]);
});

test("git is kept off the store from its beginning", () => {
  const directory = join(temporaryDirectory(), "store");
  openStore(directory).close();
  expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe("*\n");
});

test("a path that SQLite cannot open is told by its length, and the longest that it can is opened", () => {
  const root = temporaryDirectory();
  const deep = (length: number) => {
    let directory = root;
    while (length - directory.length > 101) directory = join(directory, "d".repeat(100));
    return join(directory, "e".repeat(length - directory.length - 1));
  };
  // With `/runa.db` behind it 504 bytes.
  const longest = deep(496);
  mkdirSync(longest, { recursive: true });
  const store = openStore(longest);
  recordEvent(store, RUN_STARTED);
  expect(readEvents(store, {}).length).toBe(1);
  expect(store.persistent).toBe(true);
  store.close();
  expect(() => openStore(deep(497))).toThrow(
    /runa\.db cannot be opened: its path is 505 bytes long, and SQLite takes none that is longer than 504\. Move the project/,
  );
});
