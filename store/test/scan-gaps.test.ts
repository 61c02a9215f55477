import { chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../src/snapshot.ts";
import { WorkspaceError } from "../src/workspace/walk.ts";
import { asOrdinaryUser, Rig } from "./rig.ts";

const note = (name: string) => ({ type: "note", id: name });
const bytes = (rig: Rig, type: string, name: Buffer) => Buffer.concat([Buffer.from(`${rig.path(type)}/`), name]);
const UNDECODABLE = Buffer.from([0x61, 0xff, ...Buffer.from(".json")]);
const undecodable = { type: "note", path: join("note", "a\ufffd.json"), reason: "its name is not valid UTF-8" };

describe("a name that is not UTF-8", () => {
  test("is a gap: nothing of its type counts as removed, everything else goes on", async () => {
    const rig = new Rig();
    for (const name of ["note/gone.json", "note/changed.json", "plan/gone.json"]) rig.put(name, { title: "t" });
    await rig.scan();
    writeFileSync(bytes(rig, "note", UNDECODABLE), '{"title":"t"}');
    unlinkSync(rig.path("note/gone.json"));
    unlinkSync(rig.path("plan/gone.json"));
    rig.put("note/changed.json", { title: "other" });
    rig.put("note/new.json", { title: "t" });
    expect(await rig.scan()).toEqual({
      new: [note("new")],
      modified: [note("changed")],
      revalidated: [],
      removed: [{ type: "plan", id: "gone" }],
      unchanged: 0,
      gaps: [undecodable],
      unrecognized: [],
      passedOver: [],
    });
    expect(rig.rows().map(({ type, id }) => `${type}/${id}`)).toEqual(["note/changed", "note/gone", "note/new"]);
    // It stays one until it is mended, and then what went is removed.
    expect((await rig.scan()).gaps).toEqual([undecodable]);
    renameSync(bytes(rig, "note", UNDECODABLE), rig.path("note/mended.json"));
    expect(await rig.scan()).toMatchObject({ new: [note("mended")], removed: [note("gone")], gaps: [] });
  });

  test("is one also where another file has the name that it is shown as", async () => {
    const rig = new Rig();
    rig.put("note/a\ufffd.json", { title: "t" });
    expect(await rig.scan()).toMatchObject({ new: [note("a\ufffd")], gaps: [] });
    writeFileSync(bytes(rig, "note", UNDECODABLE), "{");
    expect(await rig.scan()).toMatchObject({ new: [], modified: [], unchanged: 1, gaps: [undecodable] });
  });

  test("is passed over where any such name is", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    writeFileSync(bytes(rig, "note", Buffer.from([0x2e, 0xff, ...Buffer.from(".json")])), "{");
    writeFileSync(bytes(rig, "note", Buffer.from([0xff, ...Buffer.from(".txt")])), "{");
    mkdirSync(bytes(rig, "note", Buffer.from([0xfe, ...Buffer.from(".json")])));
    expect(await rig.scan()).toMatchObject({ new: [note("a")], gaps: [] });
  });

  test("at the top it is a directory that no type has", async () => {
    const rig = new Rig();
    mkdirSync(Buffer.concat([Buffer.from(`${rig.workspace}/`), Buffer.from([0xff])]));
    expect(await rig.scan()).toMatchObject({ unrecognized: ["\ufffd"], gaps: [] });
  });
});

describe("what may not be read", () => {
  test("a file: its type is partial, its row stays as it was", async () => {
    const rig = new Rig();
    rig.put("note/locked.json", { title: "t" });
    rig.put("note/gone.json", { title: "t" });
    await rig.scan();
    const before = rig.row("note", "locked");
    rig.put("note/locked.json", { title: "changed, and nobody can tell" });
    chmodSync(rig.path("note/locked.json"), 0);
    unlinkSync(rig.path("note/gone.json"));
    const report = await asOrdinaryUser(() => rig.scan());
    expect(report).toEqual({
      new: [],
      modified: [],
      revalidated: [],
      removed: [],
      unchanged: 0,
      gaps: [{ type: "note", path: "note/locked.json", reason: "permission denied" }],
      unrecognized: [],
      passedOver: [],
    });
    expect(rig.row("note", "locked")).toEqual(before);
    expect(rig.rows().length).toBe(2);
    chmodSync(rig.path("note/locked.json"), 0o644);
    expect(await asOrdinaryUser(() => rig.scan())).toMatchObject({
      modified: [note("locked")],
      removed: [note("gone")],
      gaps: [],
    });
  });

  test("a directory that cannot be listed, and one that cannot be entered", async () => {
    const rig = new Rig();
    for (const type of ["note", "plan"]) rig.put(`${type}/a.json`, { title: "t" });
    await rig.scan();
    chmodSync(rig.path("note"), 0o311);
    chmodSync(rig.path("plan"), 0o644);
    const report = await asOrdinaryUser(() => rig.scan());
    for (const type of ["note", "plan"]) chmodSync(rig.path(type), 0o755);
    expect(report).toMatchObject({
      removed: [],
      gaps: [
        { type: "note", path: "note", reason: "permission denied" },
        { type: "plan", path: "plan/a.json", reason: "permission denied" },
      ],
    });
    expect(rig.rows().length).toBe(2);
    expect(await rig.scan()).toMatchObject({ removed: [], unchanged: 2, gaps: [] });
  });

  test("the workspace itself: an error, not an empty workspace", async () => {
    const rig = new Rig();
    chmodSync(rig.workspace, 0);
    const failure = await asOrdinaryUser(() => rig.scan().catch((error: unknown) => error));
    chmodSync(rig.workspace, 0o755);
    expect(failure).toBeInstanceOf(WorkspaceError);
    expect(String(failure)).toContain(`${rig.workspace}: permission denied`);
  });

  test("a workspace in which nothing can be written is scanned all the same, each file read each time", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    rig.untilFilesAreOld();
    await asOrdinaryUser(async () => {
      expect((await rig.scan()).new).toEqual([note("a")]);
      expect(await rig.scan()).toMatchObject({ unchanged: 1, modified: [] });
    });
    expect(rig.row("note", "a").stat).toBeNull();
  });
});

test("a snapshot holds the gaps of each type", async () => {
  const rig = new Rig();
  rig.put("note/a.json", { title: "t" });
  for (const first of [0x61, 0x62])
    writeFileSync(bytes(rig, "note", Buffer.from([first, 0xff, ...Buffer.from(".json")])), "{");
  const { gaps } = await rig.scan();
  const snapshot = readSnapshot(rig.store, rig.types.keys(), gaps, [null]);
  expect([...snapshot.gaps.keys()]).toEqual(["note"]);
  expect(
    snapshot.gaps
      .get("note")
      ?.map(({ path }) => path)
      .sort(),
  ).toEqual(["note/a\ufffd.json", "note/b\ufffd.json"]);
  expect([...snapshot.instances].map(([type, instances]) => [type, instances.map(({ id }) => id)])).toEqual([
    ["note", ["a"]],
    ["plan", []],
  ]);
  rmSync(rig.path("note"), { recursive: true });
});
