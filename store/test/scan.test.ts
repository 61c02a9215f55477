import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { latestMoment } from "../src/record/clock-table.ts";
import { scan } from "../src/scan/scan.ts";
import { workUnitOf } from "../src/workspace/content.ts";
import { WorkspaceError } from "../src/workspace/walk.ts";
import { id, Rig, scannedType, temporaryDirectory } from "./rig.ts";

const NOTHING = {
  new: [],
  modified: [],
  revalidated: [],
  removed: [],
  unchanged: 0,
  gaps: [],
  unrecognized: [],
  passedOver: [],
};
const note = (name: string) => ({ type: "note", id: name });

describe("what a scan finds against the stored state", () => {
  test("an empty workspace: nothing", async () => {
    const rig = new Rig();
    expect(await rig.scan()).toEqual(NOTHING);
  });

  test("new, unchanged, modified, removed", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    rig.put("note/b.json", { title: "two" });
    expect(await rig.scan()).toEqual({ ...NOTHING, new: [note("a"), note("b")] });
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 2 });
    rig.put("note/a.json", { title: "other" });
    unlinkSync(rig.path("note/b.json"));
    expect(await rig.scan()).toEqual({ ...NOTHING, modified: [note("a")], removed: [note("b")] });
    expect(rig.rows().map(({ id }) => id)).toEqual(["a"]);
  });

  test("another spelling of the same content is unchanged", async () => {
    const rig = new Rig();
    rig.put("note/a.json", '{"title":"one","n":1}');
    await rig.scan();
    const before = rig.row("note", "a");
    rig.put("note/a.json", '{ "n" : 1.0e0,\n "title" : "\\u006fne" }');
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 1 });
    expect(rig.row("note", "a").contentHash).toBe(before.contentHash);
    expect(rig.row("note", "a").lastModified).toBe(before.lastModified);
  });

  test("another schema: revalidated, with the new verdict", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    await rig.scan();
    const before = rig.row("note", "a");
    const stricter = new Map(rig.types).set("note", scannedType({ required: ["author"] }));
    expect(await rig.scan(stricter)).toEqual({ ...NOTHING, revalidated: [note("a")] });
    expect(rig.row("note", "a").status).toBe("invalid");
    expect(rig.row("note", "a").lastModified).toBe(before.lastModified);
    expect(await rig.scan(stricter)).toEqual({ ...NOTHING, unchanged: 1 });
    expect(await rig.scan()).toEqual({ ...NOTHING, revalidated: [note("a")] });
    expect(rig.row("note", "a")).toMatchObject({ status: "valid", violations: [], lastModified: before.lastModified });
  });

  test("another content and another schema at once: modified", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    await rig.scan();
    rig.put("note/a.json", { title: "two" });
    expect(await rig.scan(new Map(rig.types).set("note", scannedType(true)))).toEqual({
      ...NOTHING,
      modified: [note("a")],
    });
  });

  test("a schema that is only spelled otherwise revalidates nothing", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    await rig.scan(new Map([["note", scannedType({ type: "object", minProperties: 1 })]]));
    expect(await rig.scan(new Map([["note", scannedType({ minProperties: 1, type: "object" })]]))).toEqual({
      ...NOTHING,
      unchanged: 1,
    });
  });

  test("a directory that went takes its instances with it", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    rig.put("plan/a.json", { title: "one" });
    await rig.scan();
    rmSync(rig.path("note"), { recursive: true });
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 1, removed: [note("a")] });
  });

  test("a renamed file is one removed and one new", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    await rig.scan();
    renameSync(rig.path("note/a.json"), rig.path("note/b.json"));
    expect(await rig.scan()).toEqual({ ...NOTHING, new: [note("b")], removed: [note("a")] });
  });

  test("what belongs to a type that is no longer declared is neither shown nor removed", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "one" });
    rig.put("plan/a.json", { title: "one" });
    await rig.scan();
    const before = rig.row("plan", "a");
    const fewer = new Map([...rig.types].filter(([name]) => name === "note"));
    expect(await rig.scan(fewer)).toEqual({ ...NOTHING, unchanged: 1, unrecognized: ["plan"] });
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 2 });
    expect(rig.row("plan", "a").lastModified).toBe(before.lastModified);
  });
});

describe("status", () => {
  test("valid, invalid with every violation, malformed with its reason", async () => {
    const rig = new Rig();
    rig.types.set("note", scannedType({ required: ["title", "author"], properties: { n: { type: "integer" } } }));
    rig.put("note/valid.json", { title: "t", author: "a" });
    rig.put("note/invalid.json", { n: "x" });
    rig.put("note/malformed.json", '{"title":');
    await rig.scan();
    expect(rig.row("note", "valid")).toMatchObject({ status: "valid", violations: [] });
    const invalid = rig.row("note", "invalid");
    expect(invalid.status).toBe("invalid");
    expect(invalid.violations.map(({ path, keyword }) => [path, keyword]).sort()).toEqual([
      ["", "required"],
      ["", "required"],
      ["/n", "type"],
    ]);
    expect(rig.row("note", "malformed")).toMatchObject({
      status: "malformed",
      violations: [
        {
          path: "",
          keyword: "json",
          expected: "JSON",
          got: "unexpected end of the text at line 1, column 10",
          message: "not JSON: unexpected end of the text at line 1, column 10",
        },
      ],
    });
  });

  test.each([
    ["a byte order mark", "\ufeff{}", "byte order mark"],
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0x22]), "invalid UTF-8"],
    ["half a surrogate pair", '"\\ud800"', "half a surrogate pair"],
    ["a key twice", '{"a":1,"\\u0061":2}', 'key "a" twice in one object'],
    ["513 levels", "[".repeat(513) + "]".repeat(513), "nested over 512 levels"],
    ["nothing", "", "unexpected end of the text"],
    ["a NUL", "\0", "unexpected character"],
  ])("%s makes a file malformed, said as such", async (_, content, reason) => {
    const rig = new Rig();
    rig.types.set("note", scannedType(true));
    rig.put("note/a.json", content);
    await rig.scan();
    const { status, contentHash, violations } = rig.row("note", "a");
    expect(status).toBe("malformed");
    expect(violations.map(({ message }) => message)).toEqual([expect.stringContaining(`not JSON: ${reason}`)]);
    // The hash of the bytes as they are.
    expect(contentHash).toBe(`sha256:${createHash("sha256").update(Buffer.from(content)).digest("hex")}`);
  });

  test("a malformed file is told from another malformed one, and from itself when nothing changed", async () => {
    const rig = new Rig();
    rig.put("note/a.json", "{");
    expect((await rig.scan()).new).toEqual([note("a")]);
    rig.put("note/a.json", "{");
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 1 });
    rig.put("note/a.json", "[");
    expect((await rig.scan()).modified).toEqual([note("a")]);
  });

  test("numbers that one double stands for are different contents", async () => {
    const rig = new Rig();
    rig.put("note/a.json", '{"title":"t","n":9007199254740992}');
    await rig.scan();
    rig.put("note/a.json", '{"title":"t","n":9007199254740993}');
    expect((await rig.scan()).modified).toEqual([note("a")]);
  });

  test("`__proto__` in an artifact is a key like any other", async () => {
    const rig = new Rig();
    rig.put("note/a.json", '{"__proto__":{"title":"inherited?","work_unit":"w"},"constructor":1}');
    await rig.scan();
    expect(rig.row("note", "a")).toMatchObject({ status: "invalid", workUnit: null });
    expect(rig.row("note", "a").violations.map(({ keyword }) => keyword)).toEqual(["required"]);
  });
});

describe("the work unit", () => {
  test.each([
    [{ work_unit: "w" }, "w"],
    [{ work_unit: "" }, ""],
    [{ work_unit: 1 }, null],
    [{ work_unit: null }, null],
    [{ work_unit: ["w"] }, null],
    [{ deep: { work_unit: "w" } }, null],
    [["work_unit"], null],
    ["work_unit", null],
    [null, null],
    [JSON.parse('{"__proto__":{"work_unit":"w"}}'), null],
  ])("of %j is %j", (value, named) => {
    expect(workUnitOf(value)).toBe(named);
  });

  test("a file that becomes malformed keeps the one it had; one that always was belongs to none", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t", work_unit: "w-1" });
    rig.put("note/b.json", '{"work_unit":"w-1"');
    await rig.scan();
    expect([rig.row("note", "a").workUnit, rig.row("note", "b").workUnit]).toEqual(["w-1", null]);
    rig.put("note/a.json", '{"title":"t","work_unit":"w-2"');
    await rig.scan();
    expect(rig.row("note", "a")).toMatchObject({ status: "malformed", workUnit: "w-1" });
    rig.put("note/a.json", "still not JSON");
    await rig.scan();
    expect(rig.row("note", "a")).toMatchObject({ status: "malformed", workUnit: "w-1" });
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    expect(rig.row("note", "a")).toMatchObject({ status: "valid", workUnit: null });
  });

  test("an invalid file belongs to the one that it names", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { work_unit: "w-1" });
    await rig.scan();
    expect(rig.row("note", "a")).toMatchObject({ status: "invalid", workUnit: "w-1" });
  });
});

describe("last_modified", () => {
  test("all that one scan finds share one time, over its batches too; another scan has a later one", async () => {
    const rig = new Rig();
    for (let n = 0; n < 1100; n++) rig.put(`note/n${n}.json`, { title: "t" });
    await rig.scan();
    const first = new Set(rig.rows().map(({ lastModified }) => lastModified));
    expect(first.size).toBe(1);
    rig.put("note/n5.json", { title: "changed" });
    rig.put("plan/p.json", "{");
    await rig.scan();
    const [earlier = 0] = first;
    expect(rig.row("note", "n5").lastModified).toBeGreaterThan(earlier);
    expect(rig.row("plan", "p").lastModified).toBe(rig.row("note", "n5").lastModified);
    expect(rig.row("note", "n6").lastModified).toBe(earlier);
  });

  test("no two are equal and none goes back, whatever the wall clock does", async () => {
    const rig = new Rig();
    const now = vi.spyOn(Date, "now");
    onTestFinished(() => now.mockRestore());
    const seen: number[] = [];
    for (const time of [2_000_000_000_000, 2_000_000_000_000, 1_000, 2_000_000_000_001, 0]) {
      now.mockReturnValue(time);
      rig.put("note/a.json", { title: String(seen.length) });
      await rig.scan();
      seen.push(rig.row("note", "a").lastModified);
      rig.deliver("b", { title: String(seen.length) });
      seen.push(rig.row("note", "b").lastModified);
      rig.reopen();
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });

  test("is when runa learned of it, not the file's mtime", async () => {
    const rig = new Rig();
    utimesSync(rig.put("note/a.json", { title: "t" }), 1, 1);
    const before = latestMoment(rig.store.connection);
    await rig.scan();
    const row = rig.row("note", "a");
    expect(row.lastModified).toBeGreaterThan(before);
    expect(row.mtime).toBe("1000000000");
    utimesSync(rig.path("note/a.json"), 2, 2);
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 1 });
    expect(rig.row("note", "a")).toMatchObject({ lastModified: row.lastModified, mtime: "2000000000" });
  });

  test("content that comes back is a change each time", async () => {
    const rig = new Rig();
    const times = [];
    for (const title of ["a", "b", "a"]) {
      rig.put("note/a.json", { title });
      await rig.scan();
      times.push(rig.row("note", "a").lastModified);
    }
    expect(new Set(times).size).toBe(3);
  });
});

describe("what is read", () => {
  test("regular files named *.json of declared types, and nothing else", async () => {
    const rig = new Rig();
    const elsewhere = temporaryDirectory();
    writeFileSync(`${elsewhere}/outside.json`, '{"title":"outside"}');
    rig.put("note/a.json", { title: "t" });
    rig.put("note/.hidden.json", { title: "t" });
    rig.put("note/.json", { title: "t" });
    rig.put("note/b.JSON", { title: "t" });
    rig.put("note/b.json.bak", { title: "t" });
    rig.put("note/json", { title: "t" });
    rig.put("note/deep/c.json", { title: "t" });
    rig.put("note/directory.json/d.json", { title: "t" });
    rig.put(".note/e.json", { title: "t" });
    rig.put(".superseded/x/note/f.json", { title: "t" });
    rig.put("other/g.json", { title: "t" });
    rig.put("loose.json", { title: "t" });
    symlinkSync(`${elsewhere}/outside.json`, rig.path("note/link.json"));
    symlinkSync("a.json", rig.path("note/inner.json"));
    symlinkSync("nowhere", rig.path("note/dangling.json"));
    symlinkSync(elsewhere, rig.path("plan"));
    expect(spawnSync("mkfifo", [rig.path("note/x.json")]).status).toBe(0);
    expect(await rig.scan()).toEqual({
      ...NOTHING,
      new: [note("a")],
      passedOver: [
        "note/b.JSON",
        "note/b.json.bak",
        "note/dangling.json",
        "note/deep",
        "note/directory.json",
        "note/inner.json",
        "note/json",
        "note/link.json",
        "note/x.json",
      ],
      unrecognized: ["other", "plan"],
    });
  });

  test("names as they are: letters composed or not, spaces, 255 bytes, controls", async () => {
    const rig = new Rig();
    const names = ["\u00e9", "e\u0301", " ", "a b", "a.b", "..", "\n\u001b[31m", "n".repeat(250), "-", "ünï"];
    for (const name of names.filter((name) => !name.startsWith("."))) rig.put(`note/${name}.json`, { title: "t" });
    await rig.scan();
    expect(rig.rows().map(({ id }) => id)).toEqual(
      names.filter((name) => !name.startsWith(".")).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  test("two names of one file are two instances", async () => {
    const rig = new Rig();
    linkSync(rig.put("note/a.json", { title: "t" }), rig.path("note/b.json"));
    expect((await rig.scan()).new).toEqual([note("a"), note("b")]);
  });

  test("a type whose path is a file or a link is unrecognized, and what it held is removed", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    renameSync(rig.path("note"), rig.path("elsewhere"));
    symlinkSync("elsewhere", rig.path("note"));
    expect(await rig.scan()).toEqual({ ...NOTHING, removed: [note("a")], unrecognized: ["elsewhere", "note"] });
    unlinkSync(rig.path("note"));
    rig.put("note", "a file");
    expect(await rig.scan()).toEqual({ ...NOTHING, unrecognized: ["elsewhere", "note"] });
  });

  test("a file that turns into a pipe, a link or a directory is removed, and nobody waits for it", async () => {
    const rig = new Rig();
    for (const name of ["pipe", "link", "directory"]) rig.put(`note/${name}.json`, { title: "t" });
    await rig.scan();
    for (const name of ["pipe", "link", "directory"]) unlinkSync(rig.path(`note/${name}.json`));
    expect(spawnSync("mkfifo", [rig.path("note/pipe.json")]).status).toBe(0);
    symlinkSync("/etc/hostname", rig.path("note/link.json"));
    mkdirSync(rig.path("note/directory.json"));
    expect((await rig.scan()).removed).toEqual([note("directory"), note("link"), note("pipe")]);
  });

  test("a socket is passed over", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    const server = createServer();
    await new Promise<void>((listening) => server.listen(rig.path("note/s.json"), listening));
    const report = await rig.scan();
    await new Promise((closed) => server.close(closed));
    expect(report).toEqual({ ...NOTHING, new: [note("a")], passedOver: ["note/s.json"] });
  });

  test("a workspace that is itself a link is followed: the operator set it", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    const link = `${rig.root}/link`;
    symlinkSync(rig.workspace, link);
    expect((await scan(rig.store, link, rig.types)).new).toEqual([note("a")]);
  });
});

describe("a missing workspace", () => {
  test("is nothing while the store is empty", async () => {
    const rig = new Rig();
    rmSync(rig.workspace, { recursive: true });
    expect(await rig.scan()).toEqual(NOTHING);
  });

  test("is an error when artifacts are recorded, and forgets none of them", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    await rig.scan();
    const before = rig.rows();
    renameSync(rig.workspace, `${rig.root}/away`);
    await expect(rig.scan()).rejects.toThrow(WorkspaceError);
    await expect(rig.scan()).rejects.toThrow(`${rig.workspace}: no such file or directory`);
    expect(rig.rows()).toEqual(before);
    renameSync(`${rig.root}/away`, rig.workspace);
    expect(await rig.scan()).toEqual({ ...NOTHING, unchanged: 1 });
  });

  test("a workspace that is a file is an error", async () => {
    const rig = new Rig();
    rmSync(rig.workspace, { recursive: true });
    writeFileSync(rig.workspace, "");
    await expect(rig.scan()).rejects.toThrow(`${rig.workspace}: not a directory`);
  });
});

test("the artifact table is an index: emptied, a scan refills it", async () => {
  const rig = new Rig();
  rig.types.set("plan", scannedType({ required: ["author"] }));
  const started = rig.begin("attempt-1");
  rig.deliver("delivered", { title: "t", work_unit: "w" }, { attempt: "attempt-1" });
  rig.end("attempt-1", started, "delivered", [{ type: "note", id: id("delivered") }]);
  rig.put("note/a.json", { title: "one", work_unit: "w-1" });
  rig.put("plan/b.json", { title: "two" });
  rig.put("plan/c.json", "{");
  await rig.scan();
  await rig.scan();
  const stable = () => rig.rows().map(({ lastModified: _, stat: __, ...row }) => row);
  const before = stable();
  expect(before.map(({ status }) => status)).toEqual(["valid", "valid", "invalid", "malformed"]);
  expect(before[1]?.deliveredAt).toBe(started);
  rig.executeElsewhere("DELETE FROM artifact");
  expect((await rig.scan()).new.length).toBe(4);
  expect(stable()).toEqual(before);
});
