import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../src/connection/migrations.ts";
import { widenPages } from "../src/connection/page-size.ts";
import { copyStore } from "../src/connection/private-copy.ts";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore } from "../src/connection/store.ts";
import { rebuildStore } from "../src/rebuild/rebuild.ts";
import { unendedAttempts } from "../src/record/attempt.ts";
import { temporaryDirectory } from "./rig.ts";

const ATTEMPT = `INSERT INTO attempt (id, protocol, argv, owner, started, fingerprint, instructions_hash, inputs, before)
  VALUES ('attempt-1', 'write', '[]',
    '{"pid":1,"startTime":null,"machine":null,"boot":null,"pidNamespace":null}', 1, 'f', 'h', '[]', '[]')`;

/** The store of an older runa, with SQLite's own page size, and its open database. */
function older(version = 5): { directory: string; database: Database.Database } {
  const directory = temporaryDirectory();
  const database = openSqlite(join(directory, "runa.db"));
  database.pragma("journal_mode = WAL");
  for (const migration of MIGRATIONS.slice(0, version)) database.exec(migration);
  database.exec(ATTEMPT);
  database.pragma(`user_version = ${version}`);
  return { directory, database };
}

/** The first byte of a page of a tree that has no other pages. */
const ONLY_PAGE = 0x0d;
const HEADER = 100;

/** What a store is like once it was opened, and which attempts it remembers. */
function opened(directory: string): object {
  const store = openStore(directory);
  const { database } = store.connection;
  const size = database.pragma("page_size", { simple: true });
  const journal = database.pragma("journal_mode", { simple: true });
  const attempts = unendedAttempts(store).map(({ id }) => id);
  store.close();
  const definitionsFit = readFileSync(join(directory, "runa.db"))[HEADER] === ONLY_PAGE;
  return { size, definitionsFit, journal, attempts };
}

const WIDE = { size: 8192, definitionsFit: true, journal: "wal" };

describe("all definitions fit into the first page", () => {
  test("of a new store", () => {
    expect(opened(join(temporaryDirectory(), "store"))).toEqual({ ...WIDE, attempts: [] });
  });

  test("of a store that an older runa made", () => {
    const { directory, database } = older(1);
    database.close();
    expect(opened(directory)).toEqual({ ...WIDE, attempts: ["attempt-1"] });
  });
});

describe("a store of an older runa whose pages stay as they are", () => {
  test("because another process has it open, is brought up to date all the same, and widened by a rebuild", () => {
    const { directory, database } = older();
    database.prepare("SELECT count(*) FROM attempt").get();
    expect(opened(directory)).toMatchObject({ size: 4096, journal: "wal", attempts: ["attempt-1"] });
    database.close();
    expect(rebuildStore(directory)).toMatchObject({ damaged: null, incomplete: false });
    expect(opened(directory)).toEqual({ ...WIDE, attempts: ["attempt-1"] });
  });

  test("because the disk is full, is what it was", () => {
    const { directory, database } = older();
    const refused = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    const exec = database.exec.bind(database);
    database.exec = (sql) => {
      if (sql.includes("VACUUM")) throw refused;
      return exec(sql);
    };
    widenPages(database);
    expect(database.pragma("page_size", { simple: true })).toBe(4096);
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    database.close();
    expect(rebuildStore(directory)).toMatchObject({ damaged: null, kept: { attempts: 1 }, incomplete: false });
  });

  test("because it is large, is widened only where that is asked for", () => {
    const { database } = older();
    widenPages(database, 4096 * 10);
    expect(database.pragma("page_size", { simple: true })).toBe(4096);
    widenPages(database, Number.POSITIVE_INFINITY);
    expect(database.pragma("page_size", { simple: true })).toBe(8192);
    database.close();
  });
});

/** A store that a process was writing anew when it died: the database, half written, and the journal that undoes it. */
function halfWritten(): string {
  const { directory, database } = older();
  database.pragma("journal_mode = DELETE");
  database.pragma("cache_size = 1");
  database.exec("BEGIN IMMEDIATE");
  database.exec("DELETE FROM attempt; CREATE TABLE filled (x); INSERT INTO filled VALUES (zeroblob(100000))");
  const file = join(directory, "runa.db");
  const found = [file, `${file}-journal`].map((name) => [name, readFileSync(name)] as const);
  database.exec("ROLLBACK");
  database.close();
  for (const [name, bytes] of found) writeFileSync(name, bytes);
  return directory;
}

describe("a store that a process was writing anew when it died", () => {
  test("is opened as it was before", () => {
    expect(opened(halfWritten())).toEqual({ ...WIDE, attempts: ["attempt-1"] });
  });

  test("is sound to a rebuild", () => {
    const directory = halfWritten();
    expect(rebuildStore(directory)).toMatchObject({ damaged: null, kept: { attempts: 1 }, incomplete: false });
    expect(opened(directory)).toEqual({ ...WIDE, attempts: ["attempt-1"] });
  });

  test("is copied with what undoes it", () => {
    const directory = halfWritten();
    const copy = copyStore(directory);
    rmSync(directory, { recursive: true });
    expect(opened(copy.directory)).toEqual({ ...WIDE, attempts: ["attempt-1"] });
    copy.remove();
  });
});
