import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../src/connection/migrations.ts";
import { openSqlite } from "../src/connection/sqlite.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import { rebuildStore } from "../src/rebuild/rebuild.ts";
import { unendedAttempts } from "../src/record/attempt.ts";
import { readEvents, verifyLog } from "../src/record/event-log.ts";
import { lastAttemptOf } from "../src/record/last-attempts.ts";
import { pendingOperations } from "../src/record/pending-operation-table.ts";
import { bodiesOf } from "./event-examples.ts";
import { Rig, temporaryDirectory } from "./rig.ts";

const A = { title: "A" };

/** A rig in which an attempt has delivered and another is open; its store is closed. */
function worked(): { rig: Rig; directory: string } {
  const rig = new Rig();
  const started = rig.begin("attempt-1");
  rig.deliver("a", A, { attempt: "attempt-1" });
  rig.end("attempt-1", started, "delivered", []);
  rig.begin("attempt-2", "w-1");
  rig.store.close();
  return { rig, directory: rig.store.directory };
}

function remembered(store: Store) {
  return {
    last: lastAttemptOf(store.connection, "write", null)?.id,
    open: unendedAttempts(store).map(({ id }) => id),
    events: readEvents(store, {}).length,
    log: verifyLog(store).ok,
  };
}

/** Two claims, a delivery and an end. */
const EVENTS = 4;

const everything = (events: number) => ({ last: "attempt-1", open: ["attempt-2"], events, log: true });

describe("a store that is made anew", () => {
  test("keeps everything that was recorded of a sound one, and nothing of the index", async () => {
    const { rig, directory } = worked();
    expect(rebuildStore(directory)).toEqual({
      damaged: null,
      kept: { attempts: 2, events: EVENTS },
      incomplete: false,
    });
    rig.reopen();
    expect(rig.rows()).toEqual([]);
    // And the state that is left, since what the log leads to is not what was emptied.
    expect(remembered(rig.store)).toEqual(everything(EVENTS + 1));
    expect(bodiesOf(rig.store, "checkpoint")).toMatchObject([{ reason: "rebuild", through: EVENTS + 1 }]);
    expect((await rig.scan()).new).toEqual([{ type: "note", id: "a" }]);
  });

  test("is empty where there was none", () => {
    const { directory } = worked();
    rmSync(directory, { recursive: true });
    expect(rebuildStore(directory)).toEqual({ damaged: null, kept: { attempts: 0, events: 0 }, incomplete: true });
    const store = openStore(directory);
    expect(unendedAttempts(store)).toEqual([]);
    store.close();
  });

  test("is empty where the file was emptied, whatever lies beside it", () => {
    const { directory } = worked();
    writeFileSync(join(directory, "runa.db"), "");
    writeFileSync(join(directory, "runa.db-wal"), "left behind");
    expect(rebuildStore(directory)).toEqual({ damaged: null, kept: { attempts: 0, events: 0 }, incomplete: true });
    const store = openStore(directory);
    expect(store.connection.database.pragma("integrity_check", { simple: true })).toBe("ok");
    store.close();
  });

  test("of one that is no database keeps the damaged file, and nothing else", () => {
    const { directory } = worked();
    const file = join(directory, "runa.db");
    writeFileSync(file, "this is no database at all".repeat(400));
    // As in a store that an older runa made.
    rmSync(join(directory, ".gitignore"), { force: true });
    const { damaged, kept, incomplete } = rebuildStore(directory);
    expect({ kept, incomplete }).toEqual({ kept: { attempts: 0, events: 0 }, incomplete: true });
    expect(readFileSync(damaged ?? "", "utf8")).toMatch(/^this is no database/);
    expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe("*\n");
    const store = openStore(directory);
    expect(remembered(store)).toMatchObject({ open: [], events: 0 });
    store.close();
  });

  test("of an older version keeps what it had left to be moved", () => {
    const directory = temporaryDirectory();
    const older = openSqlite(join(directory, "runa.db"));
    for (const migration of MIGRATIONS.slice(0, 4)) older.exec(migration);
    older.exec(`INSERT INTO attempt (id, protocol, argv, owner, started, fingerprint, instructions_hash, inputs, before)
      VALUES ('attempt-1', 'write', '[]',
        '{"pid":1,"startTime":null,"machine":null,"boot":null,"pidNamespace":null}', 1, 'f', 'h', '[]', '[]')`);
    older.exec(`INSERT INTO superseding VALUES ('attempt-1', 'note', 'old', 0), ('attempt-1', 'note', 'taken', 1);
      CREATE TABLE planted (x)`);
    older.pragma("user_version = 4");
    older.close();
    expect(rebuildStore(directory)).toMatchObject({ damaged: `${directory}/runa.db.damaged-1`, incomplete: false });
    const store = openStore(directory);
    expect(pendingOperations(store.connection)).toEqual([
      { kind: "supersede", attempt: "attempt-1", type: "note", id: "old" },
      { kind: "withdraw", attempt: "attempt-1", type: "note", id: "taken" },
    ]);
    store.close();
  });

  test("wherever one page was overwritten: whole again, with what the other pages hold", () => {
    const { directory } = worked();
    const file = join(directory, "runa.db");
    const sound = readFileSync(file);
    const page = 8192;
    let carried = 0;
    for (let start = page; start < sound.length; start += page) {
      writeFileSync(
        file,
        Buffer.concat([sound.subarray(0, start), Buffer.alloc(page, 0x5a), sound.subarray(start + page)]),
      );
      for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
      const { damaged } = rebuildStore(directory);
      const store = openStore(directory);
      expect(store.connection.database.pragma("integrity_check", { simple: true })).toBe("ok");
      // One page holds no more than one table's rows.
      if (readEvents(store, {}).length > 0 || unendedAttempts(store).length > 0) carried++;
      store.close();
      if (damaged !== null) rmSync(damaged);
      expect(existsSync(`${file}-wal`)).toBe(false);
    }
    expect(carried).toBe(sound.length / page - 1);
  });
});
