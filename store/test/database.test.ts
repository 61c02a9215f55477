import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test, vi } from "vitest";
import type { SchemaHash } from "../src/artifact.ts";
import { StoreError } from "../src/connection/database.ts";
import { MIGRATIONS } from "../src/connection/migrations.ts";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import { putArtifact } from "../src/index/artifact-table.ts";
import { knownSchemaHash, rememberSchemaFiles } from "../src/index/schema-check.ts";
import { attemptNotes, unendedAttempts } from "../src/record/attempt.ts";
import { latestMoment, nextMoment } from "../src/record/clock-table.ts";
import { verifyLog } from "../src/record/event-log.ts";
import { pendingOperations } from "../src/record/pending-operation-table.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { asOrdinaryUser, Rig, temporaryDirectory } from "./rig.ts";

// Where private copies go; the variable TMPDIR says nothing to a process whose user is another than that of its start.
const temporary = vi.hoisted(() => ({ directory: null as string | null }));

vi.mock(import("node:os"), async (original) => {
  const os = await original();
  return { ...os, tmpdir: () => temporary.directory ?? os.tmpdir() };
});

const TABLES = [
  "artifact",
  "attempt",
  "checkpoint",
  "clock",
  "content",
  "delivery",
  "event",
  "given",
  "lay_before",
  "methodology",
  "pending_operation",
  "removal",
  "schema_check",
  "withdrawal",
];
const VERSION = 12;
const damaged = (directory: string) =>
  new StoreError(
    `${directory}/runa.db is damaged: what runa remembers of earlier attempts is in doubt, no artifact is. \`runa scan --rebuild\` keeps what can still be read and reads the artifacts again`,
  );

function tablesOf(store: Store): unknown[] {
  return store.connection.database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
}

/** A closed store whose clock stands at some moment; returns its directory and that moment. */
function closedStore(): { directory: string; latest: number } {
  const directory = join(temporaryDirectory(), "store");
  const store = openStore(directory);
  const latest = store.connection.write(() => nextMoment(store.connection));
  store.close();
  return { directory, latest };
}

/** Does work that begins while another thread is writing to the store's database, which goes on for some time. */
async function whileAnotherWrites<Result>(directory: string, work: () => Result): Promise<Result> {
  const stage = new Int32Array(new SharedArrayBuffer(4));
  const writer = new Worker(
    `const { file, stage } = require("node:worker_threads").workerData;
    const database = new (require("better-sqlite3"))(file);
    database.exec("BEGIN IMMEDIATE");
    Atomics.store(stage, 0, 1);
    Atomics.notify(stage, 0);
    Atomics.wait(stage, 0, 1);
    // The work has begun, and finds this: nothing tells when.
    Atomics.wait(stage, 0, 2, 200);
    database.exec("COMMIT");
    database.close();`,
    { eval: true, workerData: { file: join(directory, "runa.db"), stage } },
  );
  await new Promise((resolve) => writer.once("online", resolve));
  Atomics.wait(stage, 0, 0, 20_000);
  Atomics.store(stage, 0, 2);
  Atomics.notify(stage, 0);
  try {
    return work();
  } finally {
    await writer.terminate();
  }
}

describe("another that is writing is waited for", () => {
  test("by whoever opens a store that is being made", async () => {
    const directory = temporaryDirectory();
    // What making one does first, before the log is a write-ahead log.
    const store = await whileAnotherWrites(directory, () => openStore(directory));
    expect(store.persistent).toBe(true);
    expect(tablesOf(store)).toEqual(TABLES);
    store.close();
  });

  test("by a writer", async () => {
    const { directory, latest } = closedStore();
    const store = openStore(directory);
    const moment = await whileAnotherWrites(directory, () =>
      store.connection.write(() => nextMoment(store.connection)),
    );
    expect(moment).toBeGreaterThan(latest);
    store.close();
  });

  test("by a reader that finds the log being put in order", () => {
    const { directory, latest } = closedStore();
    const store = openStore(directory);
    const get = vi.spyOn(Object.getPrototypeOf(store.connection.database.prepare("SELECT 1")), "get");
    get.mockImplementationOnce(() => {
      throw Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY_RECOVERY" });
    });
    expect(latestMoment(store.connection)).toBe(latest);
    expect(get).toHaveBeenCalledTimes(2);
    get.mockRestore();
    store.close();
  });
});

describe("a new store", () => {
  test.each<[string, (directory: string) => void]>([
    ["no directory", () => {}],
    ["an empty directory", (directory) => mkdirSync(directory, { recursive: true })],
    [
      "an empty file",
      (directory) => {
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, "runa.db"), "");
      },
    ],
    [
      "a database of version 0",
      (directory) => {
        mkdirSync(directory, { recursive: true });
        const database = openSqlite(join(directory, "runa.db"));
        database.pragma("application_id = 7");
        database.close();
      },
    ],
  ])("is made from %s", (_, prepare) => {
    const directory = join(temporaryDirectory(), "deep", "store");
    prepare(directory);
    const store = openStore(directory);
    expect(tablesOf(store)).toEqual(TABLES);
    expect(store.connection.database.pragma("user_version", { simple: true })).toBe(VERSION);
    expect(store).toMatchObject({ directory, persistent: true });
    store.close();
  });

  test("is opened again as it is", () => {
    const { directory, latest } = closedStore();
    const store = openStore(directory);
    expect(latestMoment(store.connection)).toBe(latest);
    store.close();
  });

  test("is durable at every commit", () => {
    const { directory } = closedStore();
    const store = openStore(directory);
    expect(store.connection.database.pragma("journal_mode", { simple: true })).toBe("wal");
    // 2 is FULL.
    expect(store.connection.database.pragma("synchronous", { simple: true })).toBe(2);
    store.close();
  });

  test("is not half migrated when the migration fails", () => {
    const directory = temporaryDirectory();
    const database = openSqlite(join(directory, "runa.db"));
    // In the way of the migration's last table.
    database.exec("CREATE TABLE superseding (x)");
    database.close();
    expect(() => openStore(directory)).toThrow("superseding");
    const after = openSqlite(join(directory, "runa.db"));
    expect(after.pragma("user_version", { simple: true })).toBe(0);
    expect(after.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["superseding"]);
    after.close();
  });
});

test("a store of the first version keeps what it remembers", () => {
  const directory = temporaryDirectory();
  const first = openSqlite(join(directory, "runa.db"));
  first.exec(MIGRATIONS[0] ?? "");
  first.exec(`INSERT INTO attempt (id, protocol, argv, owner, started, fingerprint, instructions_hash, inputs, before)
    VALUES ('attempt-1', 'write', '[]',
      '{"pid":1,"startTime":null,"machine":null,"boot":null,"pidNamespace":null}', 1, 'f', 'h', '[]', '[]')`);
  first.exec("INSERT INTO superseding VALUES ('attempt-1', 'note', 'old')");
  first.pragma("user_version = 1");
  first.close();
  const store = openStore(directory);
  expect(unendedAttempts(store)).toMatchObject([{ id: "attempt-1", protocol: "write", place: null }]);
  expect(pendingOperations(store.connection)).toEqual([
    { kind: "supersede", attempt: "attempt-1", type: "note", id: "old" },
  ]);
  expect(tablesOf(store)).toEqual(TABLES);
  expect(verifyLog(store)).toMatchObject({ ok: true, events: 0 });
  store.close();
});

test("a store from before withdrawals had rows finds them in its log, as far as that can be read", () => {
  const directory = temporaryDirectory();
  const third = openSqlite(join(directory, "runa.db"));
  for (const migration of MIGRATIONS.slice(0, 3)) third.exec(migration);
  third.exec(`INSERT INTO attempt (id, protocol, argv, owner, started, fingerprint, instructions_hash, inputs, before)
    VALUES ('attempt-1', 'write', '[]', '{}', 1, 'f', 'h', '[]', '[]')`);
  const append = third.prepare("INSERT INTO event VALUES (?, 1, ?, ?, ?, '', '')");
  const gone = '{"artifact_type":"note","content_hash":"sha256:0","instance_id":"gone"}';
  append.run(1, "withdrawn", "attempt-1", gone);
  append.run(2, "withdrawn", "attempt-1", gone);
  append.run(3, "withdrawn", "attempt-1", "{");
  append.run(4, "withdrawn", "attempt-1", '{"artifact_type":"note"}');
  append.run(5, "withdrawn", "attempt-2", gone);
  append.run(6, "superseded", "attempt-1", '{"artifact_type":"note","instance_id":"moved"}');
  third.pragma("user_version = 3");
  third.close();
  const store = openStore(directory);
  expect(attemptNotes(store, "attempt-1").withdrawn).toEqual([{ type: "note", id: "gone" }]);
  store.connection.database.exec("DROP TRIGGER event_is_kept; DELETE FROM event");
  expect(attemptNotes(store, "attempt-1").withdrawn).toEqual([{ type: "note", id: "gone" }]);
  store.close();
});

describe("two at once", () => {
  test("a reader does not wait for a writer", () => {
    const { directory, latest } = closedStore();
    const writer = openStore(directory);
    writer.connection.database.exec("BEGIN IMMEDIATE");
    const started = performance.now();
    const reader = openStore(directory);
    expect(reader.persistent).toBe(true);
    expect(latestMoment(reader.connection)).toBe(latest);
    expect(performance.now() - started).toBeLessThan(5_000);
    writer.connection.database.exec("COMMIT");
    // And it may write when its turn comes.
    expect(reader.connection.write(() => nextMoment(reader.connection))).toBeGreaterThan(latest);
    reader.close();
    writer.close();
  });

  test("what fails in a write leaves nothing of it", () => {
    const { directory, latest } = closedStore();
    const store = openStore(directory);
    expect(() =>
      store.connection.write(() => {
        nextMoment(store.connection);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(latestMoment(store.connection)).toBe(latest);
    store.close();
  });
});

test("a store that a newer runa made is refused, and left as it is", () => {
  const { directory } = closedStore();
  const database = openSqlite(join(directory, "runa.db"));
  database.pragma("user_version = 99");
  database.close();
  expect(() => openStore(directory)).toThrow(
    new StoreError(`the store was made by a newer runa (store version 99, this runa knows ${VERSION}): use that one`),
  );
  const after = openSqlite(join(directory, "runa.db"), { readonly: true });
  expect(after.pragma("user_version", { simple: true })).toBe(99);
  after.close();
});

describe("a damaged store is one clear error that names what is lost and what mends it", () => {
  test("when it is no database at all", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "runa.db"), "This is not a database, whatever its name says.".repeat(40));
    expect(() => openStore(directory)).toThrow(damaged(directory));
    expect(readFileSync(join(directory, "runa.db"), "utf8")).toMatch(/^This is not/);
  });

  /** Opens a store and reads all of it. */
  function readAll(directory: string): string {
    let store: Store;
    try {
      store = openStore(directory);
    } catch (error) {
      expect(error).toEqual(damaged(directory));
      return "refused";
    }
    try {
      const { instances } = readSnapshot(store, ["note"], [], [null]);
      store.connection.write(() => nextMoment(store.connection));
      return `${instances.get("note")?.length} rows`;
    } catch (error) {
      expect(error).toEqual(damaged(directory));
      return "found damaged";
    } finally {
      store.close();
    }
  }

  async function fullStore(): Promise<Buffer> {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    rig.store.connection.write(() => {
      for (let n = 0; n < 100; n++)
        putArtifact(rig.store.connection, { ...rig.row("note", "a"), id: `a${n}` as never, violations: [] });
    });
    rig.store.close();
    return readFileSync(join(rig.root, "store", "runa.db"));
  }

  test("wherever it was cut", async () => {
    const whole = await fullStore();
    const directory = temporaryDirectory();
    const outcomes = new Set<string>();
    for (const size of [0, 1, 15, 16, 99, 100, 511, 512, 4095, 4096, 8191, 8192, 8193, 20_000, whole.length - 8192]) {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
      writeFileSync(join(directory, "runa.db"), whole.subarray(0, size));
      outcomes.add(readAll(directory));
    }
    // Cut to nothing it is a new one.
    expect([...outcomes].sort()).toEqual(["0 rows", "refused"]);
  });

  test("whichever page is torn, also when that shows only in reading", async () => {
    const whole = await fullStore();
    const outcomes = new Set<string>();
    for (let page = 0; page < whole.length / 8192; page++) {
      for (const byte of [0x00, 0xa5, 0xff]) {
        const directory = temporaryDirectory();
        writeFileSync(join(directory, "runa.db"), Buffer.from(whole).fill(byte, page * 8192, (page + 1) * 8192));
        outcomes.add(readAll(directory));
      }
    }
    expect([...outcomes].sort()).toEqual(["101 rows", "found damaged", "refused"]);
  });
});

describe("a store that cannot be written", () => {
  /** Opens it as a user whom its permissions bind, with a place of its own for private copies. */
  async function opened(directory: string, look: (store: Store, copies: () => string[]) => void): Promise<void> {
    const copies = temporaryDirectory();
    chmodSync(copies, 0o777);
    temporary.directory = copies;
    try {
      await asOrdinaryUser(() => {
        const store = openStore(directory);
        try {
          look(store, () => readdirSync(copies));
        } finally {
          store.close();
        }
      });
    } finally {
      temporary.directory = null;
      // No copy is left lying about, whatever happened.
      expect(readdirSync(copies)).toEqual([]);
    }
  }

  function contents(directory: string): Record<string, string> {
    return Object.fromEntries(
      readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString("base64")]),
    );
  }

  test.each<[string, (directory: string) => void]>([
    ["its directory is read-only", (directory) => chmodSync(directory, 0o555)],
    ["its file is read-only", (directory) => chmodSync(join(directory, "runa.db"), 0o444)],
    [
      "its file is read-only in a directory that is not",
      (directory) => {
        chmodSync(join(directory, "runa.db"), 0o444);
        chmodSync(directory, 0o777);
      },
    ],
    [
      "both are",
      (directory) => {
        chmodSync(join(directory, "runa.db"), 0o444);
        chmodSync(directory, 0o555);
      },
    ],
  ])("answers from a private copy and keeps nothing: %s", async (_, protect) => {
    const { directory, latest } = closedStore();
    protect(directory);
    const before = contents(directory);
    await opened(directory, (store, copies) => {
      expect(store.persistent).toBe(false);
      expect(latestMoment(store.connection)).toBe(latest);
      expect(store.connection.write(() => nextMoment(store.connection))).toBeGreaterThan(latest);
      expect(copies().length).toBe(1);
    });
    expect(contents(directory)["runa.db"]).toBe(before["runa.db"]);
  });

  test("also where another process has it open, and with what that has just committed", async () => {
    const { directory } = closedStore();
    const other = openStore(directory);
    const latest = other.connection.write(() => nextMoment(other.connection));
    const copied = join(temporaryDirectory(), "store");
    mkdirSync(copied);
    // As a crash leaves it: the log beside the database, with the last commit only there.
    for (const name of readdirSync(directory)) copyFileSync(join(directory, name), join(copied, name));
    other.close();
    expect(readdirSync(copied)).toEqual([".gitignore", "runa.db", "runa.db-shm", "runa.db-wal"]);
    for (const name of readdirSync(copied)) chmodSync(join(copied, name), 0o444);
    chmodSync(copied, 0o555);
    const before = contents(copied);
    await opened(copied, (store) => {
      expect(store.persistent).toBe(false);
      expect(latestMoment(store.connection)).toBe(latest);
      store.connection.write(() => nextMoment(store.connection));
    });
    expect(contents(copied)).toEqual(before);
  });

  test("answers as an empty one where there is none yet", async () => {
    const parent = temporaryDirectory();
    chmodSync(parent, 0o555);
    await opened(join(parent, "store"), (store) => {
      expect(store.persistent).toBe(false);
      expect(tablesOf(store)).toEqual(TABLES);
    });
    expect(readdirSync(parent)).toEqual([]);
  });

  test("is migrated in the copy only", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "runa.db"), "");
    chmodSync(directory, 0o555);
    await opened(directory, (store) => expect(tablesOf(store)).toEqual(TABLES));
    expect(statSync(join(directory, "runa.db")).size).toBe(0);
  });

  test("and is damaged or newer says so, and leaves no copy", async () => {
    const torn = temporaryDirectory();
    writeFileSync(join(torn, "runa.db"), "not a database".repeat(100));
    chmodSync(torn, 0o555);
    await expect(opened(torn, () => {})).rejects.toEqual(damaged(torn));
    const { directory: newer } = closedStore();
    const database = openSqlite(join(newer, "runa.db"));
    database.pragma("user_version = 99");
    database.close();
    chmodSync(newer, 0o555);
    await expect(opened(newer, () => {})).rejects.toThrow("made by a newer runa (store version 99,");
  });
});

test("a store directory that is a link is followed", () => {
  const { directory, latest } = closedStore();
  const link = join(temporaryDirectory(), "link");
  symlinkSync(directory, link);
  const store = openStore(link);
  expect(latestMoment(store.connection)).toBe(latest);
  store.close();
});

test("schema files that were found valid are remembered by their hash", () => {
  const { directory } = closedStore();
  const store = openStore(directory);
  const hash = "sha256:schema" as SchemaHash;
  expect(knownSchemaHash(store, "sha256:a")).toBe(null);
  rememberSchemaFiles(
    store,
    new Map([
      ["sha256:a", hash],
      ["sha256:b", hash],
    ]),
  );
  rememberSchemaFiles(store, new Map([["sha256:a", hash]]));
  expect(["sha256:a", "sha256:b", "sha256:c"].map((file) => knownSchemaHash(store, file))).toEqual([hash, hash, null]);
  store.close();
});
