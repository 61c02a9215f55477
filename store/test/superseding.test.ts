import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/connection/store.ts";
import { attemptNotes, fenceAttempt } from "../src/record/attempt.ts";
import { RefusedError, withdrawArtifact } from "../src/record/delivery.ts";
import { readEvents } from "../src/record/event-log.ts";
import { pendingOperations, removePending } from "../src/record/pending-operation-table.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { moveDurably } from "../src/workspace/durable-write.ts";
import { id, Rig, temporaryDirectory } from "./rig.ts";

const A = { title: "A" };
const note = (name: string) => ({ type: "note", id: id(name) });
const moved = ".superseded/attempt-1/note/old.json";

/** An attempt that succeeded with `new` where `old` lay: its end is committed, and the file not yet moved. */
async function succeeded(): Promise<Rig> {
  const rig = new Rig();
  rig.put("note/old.json", A);
  await rig.scan();
  const started = rig.begin("attempt-1");
  rig.deliver("new", A, { attempt: "attempt-1" });
  rig.end("attempt-1", started, "delivered", [note("new")], [note("old")]);
  expect(rig.listed("note")).toEqual(["new.json", "old.json"]);
  return rig;
}

describe("superseding", () => {
  test("moves the old instance out of the workspace after the success is committed", async () => {
    const rig = await succeeded();
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.listed("note")).toEqual(["new.json"]);
    expect(rig.read(moved)).toBe('{"title":"A"}');
    expect(rig.rows().map(({ id }) => id)).toEqual(["new"]);
    expect(await rig.scan()).toMatchObject({ new: [], removed: [], gaps: [], unrecognized: [] });
  });

  test("is finished by the next command after a crash between the commit and the move", async () => {
    const rig = await succeeded();
    rig.reopen();
    // Even when that command scanned first.
    await rig.scan();
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.listed("note")).toEqual(["new.json"]);
    expect(existsSync(rig.path(moved))).toBe(true);
    // Once is enough: a later instance of that name is another one.
    rig.deliver("old", { title: "later" });
    rig.reopen();
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.listed("note")).toEqual(["new.json", "old.json"]);
  });

  test("is finished also when the crash came after the move", async () => {
    const rig = await succeeded();
    mkdirSync(rig.path(".superseded/attempt-1/note"), { recursive: true });
    renameSync(rig.path("note/old.json"), rig.path(moved));
    rig.reopen();
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.rows().map(({ id }) => id)).toEqual(["new"]);
    expect(rig.read(moved)).toBe('{"title":"A"}');
  });

  test("is no trouble when the file or its directory has gone meanwhile", async () => {
    for (const gone of ["note/old.json", "note"]) {
      const rig = await succeeded();
      rmSync(rig.path(gone), { recursive: true });
      rig.reopen();
      finishPendingOperations(rig.store, rig.workspace);
      finishPendingOperations(rig.store, rig.workspace);
      expect(rig.rows().map(({ id }) => id)).toEqual(["new"]);
    }
  });

  test("waits for a workspace that is not there, and does not make one", async () => {
    const rig = await succeeded();
    renameSync(rig.workspace, `${rig.root}/away`);
    finishPendingOperations(rig.store, rig.workspace);
    expect(existsSync(rig.workspace)).toBe(false);
    renameSync(`${rig.root}/away`, rig.workspace);
    finishPendingOperations(rig.store, rig.workspace);
    expect(existsSync(rig.path(moved))).toBe(true);
    expect(rig.listed("note")).toEqual(["new.json"]);
  });

  test("does not happen when the attempt failed", async () => {
    const rig = new Rig();
    rig.put("note/old.json", A);
    await rig.scan();
    const started = rig.begin("attempt-1");
    rig.deliver("new", A, { attempt: "attempt-1" });
    rig.end("attempt-1", started, "exited", [note("new")], [note("old")]);
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.listed("note")).toEqual(["new.json", "old.json"]);
    expect(rig.row("note", "new").deliveredAt).toBeNull();
  });

  test.each([[".superseded"], [".superseded/attempt-1"], [".superseded/attempt-1/note"]])(
    "moves nothing out of the workspace through a link at %s",
    async (link) => {
      const rig = await succeeded();
      const outside = temporaryDirectory();
      mkdirSync(rig.path(link, ".."), { recursive: true });
      symlinkSync(outside, rig.path(link));
      expect(finishPendingOperations(rig.store, rig.workspace).map(({ reason }) => reason)).toContain(
        `${rig.path(link)} is a symbolic link or not a directory: nothing is written there; remove it`,
      );
      expect(readdirSync(outside)).toEqual([]);
      expect(rig.listed("note")).toEqual(["new.json", "old.json"]);
      // Whoever takes the link away lets it be finished.
      unlinkSync(rig.path(link));
      finishPendingOperations(rig.store, rig.workspace);
      expect(existsSync(rig.path(moved))).toBe(true);
    },
  );

  test("works in a workspace that is a link", async () => {
    const rig = await succeeded();
    renameSync(rig.workspace, `${rig.root}/real`);
    symlinkSync("real", rig.workspace);
    finishPendingOperations(rig.store, rig.workspace);
    expect(readFileSync(`${rig.root}/real/${moved}`, "utf8")).toBe('{"title":"A"}');
  });
});

describe("withdrawing", () => {
  const withdraw = (rig: Rig, name: string, workUnit?: string) =>
    withdrawArtifact(rig.store, { ...rig.deliverer({ workUnit }), attempt: "attempt-1" }, "note", id(name));

  test("takes an output away, and takes back that it was delivered", async () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    const hash = rig.deliver("old", A, { attempt: "attempt-1" });
    rig.deliver("other", A, { attempt: "attempt-1" });
    expect(withdraw(rig, "old")).toBe(hash);
    expect(rig.listed("note")).toEqual(["other.json"]);
    expect(JSON.parse(rig.read(moved))).toEqual(A);
    expect(attemptNotes(rig.store, "attempt-1").deliveries.map(({ id }) => id)).toEqual(["other"]);
    expect(await rig.scan()).toMatchObject({ new: [], removed: [] });
    // Nothing is left to be finished: what is delivered now stays.
    rig.deliver("old", { title: "again" }, { attempt: "attempt-1" });
    finishPendingOperations(rig.store, rig.workspace);
    expect(rig.listed("note")).toEqual(["old.json", "other.json"]);
  });

  test("works for what is invalid, and for what has gone from the disk", async () => {
    const rig = new Rig();
    rig.put("note/old.json", "{}");
    rig.put("note/gone.json", A);
    await rig.scan();
    rig.begin("attempt-1");
    withdraw(rig, "old");
    rmSync(rig.path("note"), { recursive: true });
    withdraw(rig, "gone");
    expect(rig.rows()).toEqual([]);
    expect(rig.read(moved)).toBe("{}");
  });

  test("is refused for what is unknown or another's, and once the attempt has ended", async () => {
    const rig = new Rig();
    rig.put("note/old.json", { ...A, work_unit: "w-2" });
    rig.put("note/mine.json", { ...A, work_unit: "w-1" });
    await rig.scan();
    rig.begin("attempt-1", "w-1");
    expect(() => withdraw(rig, "old", "w-1")).toThrow(
      new RefusedError("not_there", "there is no 'note' with instance_id 'old'"),
    );
    expect(() => withdraw(rig, "never", "w-1")).toThrow(
      new RefusedError("not_there", "there is no 'note' with instance_id 'never'"),
    );
    fenceAttempt(rig.store, "attempt-1");
    expect(() => withdraw(rig, "mine", "w-1")).toThrow(
      new RefusedError("attempt_ended", "attempt attempt-1 has ended: nothing more is delivered by it"),
    );
    expect(rig.listed("note")).toEqual(["mine.json", "old.json"]);
  });

  test("is refused, and changes nothing, where a link leads out of the workspace", async () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    rig.deliver("old", A, { attempt: "attempt-1" });
    const outside = temporaryDirectory();
    writeFileSync(`${outside}/keep`, "");
    symlinkSync(outside, rig.path(".superseded"));
    expect(() => withdraw(rig, "old")).toThrow(
      new RefusedError(
        "not_written",
        `${rig.path(".superseded")} is a symbolic link or not a directory: nothing is written there; remove it`,
      ),
    );
    expect(readdirSync(outside)).toEqual(["keep"]);
    expect(rig.rows().map(({ id }) => id)).toEqual(["old"]);
    expect(attemptNotes(rig.store, "attempt-1").deliveries.length).toBe(1);
  });
});

describe("what is to be moved", () => {
  const by = (rig: Rig) => ({ ...rig.deliverer({}), attempt: "attempt-1" });

  /** A rig with an instance that has to be moved and cannot be: a file is in the way. */
  async function stuck(): Promise<Rig> {
    const rig = new Rig();
    rig.put("note/old.json", '{"title": "Old"}');
    await rig.scan();
    const started = rig.begin("attempt-1");
    rig.put(".superseded", "in the way");
    rig.end("attempt-1", started, "delivered", [], [note("old")]);
    rig.begin("attempt-2");
    return rig;
  }
  const kinds = (rig: Rig) => readEvents(rig.store, {}).map(({ kind }) => kind);

  test("and could not be stays listed, and is moved when it can be, told once", async () => {
    const rig = await stuck();
    expect(finishPendingOperations(rig.store, rig.workspace)).toMatchObject([
      { attempt: "attempt-1", type: "note", id: "old", reason: expect.stringContaining("remove it") },
    ]);
    rmSync(rig.path(".superseded"));
    expect(finishPendingOperations(rig.store, rig.workspace)).toEqual([]);
    expect(rig.listed(".superseded", "attempt-1", "note")).toEqual(["old.json"]);
    expect(kinds(rig).filter((kind) => kind === "superseded")).toHaveLength(1);
  });

  test("goes before its name is delivered again", async () => {
    const rig = await stuck();
    rmSync(rig.path(".superseded"));
    rig.deliver("old", { title: "New" }, { attempt: "attempt-2" });
    expect(finishPendingOperations(rig.store, rig.workspace)).toEqual([]);
    expect(JSON.parse(rig.read("note", "old.json"))).toEqual({ title: "New" });
    expect(JSON.parse(rig.read(".superseded", "attempt-1", "note", "old.json"))).toEqual({ title: "Old" });
  });

  test("under a name that was moved before is kept beside it", async () => {
    const rig = new Rig();
    rig.put("note/old.json", '{"title": "First"}');
    await rig.scan();
    rig.begin("attempt-1");
    withdrawArtifact(rig.store, by(rig), "note", id("old"));
    rig.deliver("old", { title: "Second" }, { attempt: "attempt-1" });
    withdrawArtifact(rig.store, by(rig), "note", id("old"));
    const moved = rig.listed(".superseded", "attempt-1", "note");
    expect(moved).toEqual(["old.json", "old~2.json"]);
    expect(moved.map((name) => JSON.parse(rig.read(".superseded", "attempt-1", "note", name)).title)).toEqual([
      "First",
      "Second",
    ]);
  });

  test("is moved by one of two that began to", async () => {
    const rig = new Rig();
    rig.put("note/old.json", '{"title": "Old"}');
    await rig.scan();
    const started = rig.begin("attempt-1");
    rig.end("attempt-1", started, "delivered", [], [{ type: "note", id: id("old") }]);
    const [row] = pendingOperations(rig.store.connection);
    const other = openStore(rig.store.directory);
    expect(finishPendingOperations(other, rig.workspace)).toEqual([]);
    other.close();
    // As one that had read the list before.
    if (row !== undefined) expect(removePending(rig.store.connection, row)).toBe(false);
    expect(kinds(rig).filter((kind) => kind === "superseded")).toHaveLength(1);
  });
});

/** A directory on another file system than the usual temporary one. */
function onAnotherFileSystem(): string {
  const directory = mkdtempSync("/dev/shm/runa-store-test-");
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("what lies on a file system of its own is moved all the same, whole and out of the way of what is there", () => {
  const here = temporaryDirectory();
  const there = onAnotherFileSystem();
  expect(statSync(there).dev).not.toBe(statSync(here).dev);
  const bytes = Buffer.from([0xff, 0x00, 0x7b]);
  for (const moved of ["a.json", "a~2.json"]) {
    writeFileSync(join(there, "a.json"), bytes);
    expect(
      moveDurably({ directory: there, name: "a.json" }, { root: here, below: ["x", "note"], name: "a.json" }),
    ).toBe(true);
    expect(readdirSync(there)).toEqual([]);
    expect(readFileSync(join(here, "x", "note", moved))).toEqual(bytes);
  }
  expect(readdirSync(join(here, "x", "note"))).toEqual(["a.json", "a~2.json"]);
});
