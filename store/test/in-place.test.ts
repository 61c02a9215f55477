import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../src/connection/store.ts";
import { StoreError } from "../src/connection/store-error.ts";
import { readEvents, recordEvent } from "../src/record/event-log.ts";
import { scan } from "../src/scan/scan.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { RUN_STARTED } from "./event-examples.ts";
import { Rig } from "./rig.ts";

const A = { title: "A" };

/** What somebody does to a store while it is open. */
const INTERFERENCES: readonly [string, (directory: string) => void][] = [
  ["its directory is deleted", (directory) => rmSync(directory, { recursive: true })],
  ["its database is deleted", (directory) => rmSync(join(directory, "runa.db"))],
  ["its log is deleted", (directory) => rmSync(join(directory, "runa.db-wal"))],
  ["the log's index is deleted", (directory) => rmSync(join(directory, "runa.db-shm"))],
  [
    "it is moved away and another is made",
    (directory) => {
      renameSync(directory, `${directory}-old`);
      openStore(directory).close();
    },
  ],
  [
    "a copy is put in its place",
    (directory) => {
      copyFileSync(join(directory, "runa.db"), join(directory, "copy"));
      renameSync(join(directory, "copy"), join(directory, "runa.db"));
    },
  ],
];

describe.each(INTERFERENCES)("where %s", (_, interfere) => {
  function interferedWith(): Rig {
    const rig = new Rig();
    rig.put("note/a.json", A);
    recordEvent(rig.store, RUN_STARTED);
    interfere(rig.store.directory);
    return rig;
  }
  const gone = (rig: Rig) =>
    new StoreError(
      `${rig.store.directory}/runa.db was deleted or replaced while this command was using it: what was recorded in it is lost, no artifact is. Nothing further is recorded; give the command again`,
    );

  test("nothing more is written to it", () => {
    const rig = interferedWith();
    let worked = false;
    const work = () => {
      worked = true;
    };
    expect(() => rig.store.connection.write(work)).toThrow(gone(rig));
    expect(() => rig.store.connection.writeUnsynced(work)).toThrow(gone(rig));
    expect(worked).toBe(false);
  });

  test("nothing is evaluated over it, and no event read", async () => {
    const rig = interferedWith();
    expect(() => readSnapshot(rig.store, ["note"], [], [null])).toThrow(gone(rig));
    expect(() => readEvents(rig.store, {})).toThrow(gone(rig));
    await expect(scan(rig.store, rig.workspace, rig.types)).rejects.toThrow(gone(rig));
  });

  test("nothing is delivered", () => {
    const rig = interferedWith();
    expect(() => rig.deliver("b", A)).toThrow(gone(rig));
    expect(existsSync(rig.path("note/b.json"))).toBe(false);
  });
});

test("what others write to it is no interference", () => {
  const rig = new Rig();
  const other = openStore(rig.store.directory);
  recordEvent(other, RUN_STARTED);
  recordEvent(rig.store, RUN_STARTED);
  other.close();
  recordEvent(rig.store, RUN_STARTED);
  expect(readEvents(rig.store, {}).length).toBe(3);
});

test("a store that was moved together with its project is the project's no longer", () => {
  const rig = new Rig();
  mkdirSync(join(rig.root, "elsewhere"));
  renameSync(rig.store.directory, join(rig.root, "elsewhere", "store"));
  expect(() => recordEvent(rig.store, RUN_STARTED)).toThrow("was deleted or replaced");
});
