import type { BigIntStats } from "node:fs";
import { linkSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { scan } from "../src/scan/scan.ts";
import { cleanBefore, isClean } from "../src/workspace/stat-identity.ts";
import { Rig, temporaryDirectory } from "./rig.ts";

// A file system whose clock stands still until a test moves it on: what `lstat` and `fstat` tell is the number of the
// granule in which a file was written last. What was never written under it has its true times.
const clock = vi.hoisted(() => ({ coarse: false, granule: 1n, stamps: new Map<string, bigint>() }));

vi.mock(import("node:fs"), async (original) => {
  const fs = await original();
  const coarse = (stats: BigIntStats): BigIntStats => {
    if (!clock.coarse) return stats;
    // The true change time tells a new writing from the last one seen.
    const key = `${stats.ino}:${stats.ctimeNs}:${stats.mtimeNs}`;
    const granule = clock.stamps.get(key) ?? clock.granule;
    clock.stamps.set(key, granule);
    stats.mtimeNs = granule;
    stats.ctimeNs = granule;
    return stats;
  };
  const lstatSync = ((path: string, options: { bigint: true }) => coarse(fs.lstatSync(path, options))) as never;
  const fstatSync = ((fd: number, options: { bigint: true }) => coarse(fs.fstatSync(fd, options))) as never;
  return { ...fs, lstatSync, fstatSync };
});

async function onCoarseClock(work: () => Promise<void>): Promise<void> {
  clock.coarse = true;
  clock.stamps.clear();
  try {
    await work();
  } finally {
    clock.coarse = false;
  }
}

/** Makes the index lie about a file: a scan that reads the file notices, one that trusts its times does not. */
function forge(rig: Rig): void {
  rig.executeElsewhere("UPDATE artifact SET content_hash = 'sha256:forged'");
}

const forged = (rig: Rig) => rig.rows().map(({ contentHash }) => contentHash === "sha256:forged");

describe("the racy-clean rule", () => {
  test("a file rewritten with the same length within the granule in which it was recorded is noticed", async () => {
    const rig = new Rig();
    await onCoarseClock(async () => {
      rig.put("note/a.json", '{"title":"one"}');
      expect((await rig.scan()).new.length).toBe(1);
      rig.put("note/a.json", '{"title":"two"}');
      expect((await rig.scan()).modified).toEqual([{ type: "note", id: "a" }]);
      rig.put("note/a.json", '{"title":"six"}');
      expect((await rig.scan()).modified).toEqual([{ type: "note", id: "a" }]);
    });
  });

  test("a full scan distrusts also what lies there as it was", async () => {
    const rig = new Rig();
    const file = rig.put("note/a.json", { title: "t" });
    utimesSync(file, 1, 1);
    await rig.scan();
    await rig.scan();
    forge(rig);
    expect(await rig.scan()).toMatchObject({ modified: [], unchanged: 1 });
    expect(forged(rig)).toEqual([true]);
    const full = await scan(rig.store, rig.workspace, rig.types, { full: true });
    expect(full.modified).toEqual([{ type: "note", id: "a" }]);
    expect(forged(rig)).toEqual([false]);
  });

  test("it is read again until the clock has moved on, and then no more", async () => {
    const rig = new Rig();
    await onCoarseClock(async () => {
      rig.put("note/a.json", { title: "one" });
      await rig.scan();
      expect(rig.row("note", "a").stat).toBeNull();
      forge(rig);
      await rig.scan();
      expect(forged(rig)).toEqual([false]);
      clock.granule++;
      // One more reading, in a later granule than the file's: from now on its times prove it.
      await rig.scan();
      expect(rig.row("note", "a").stat).not.toBeNull();
      forge(rig);
      expect(await rig.scan()).toMatchObject({ unchanged: 1, modified: [] });
      expect(forged(rig)).toEqual([true]);
      rig.put("note/a.json", '{"title":"two"}');
      expect((await rig.scan()).modified.length).toBe(1);
    });
  });

  test("the wall clock has no say", async () => {
    const rig = new Rig();
    const now = vi.spyOn(Date, "now").mockReturnValue(4_000_000_000_000);
    await onCoarseClock(async () => {
      rig.put("note/a.json", '{"title":"one"}');
      await rig.scan();
      rig.put("note/a.json", '{"title":"two"}');
      expect((await rig.scan()).modified.length).toBe(1);
    });
    now.mockRestore();
  });
});

describe("on the real clock", () => {
  test("a clean file is not read again", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    rig.put("plan/b.json", "{");
    rig.untilFilesAreOld();
    await rig.scan();
    forge(rig);
    expect(await rig.scan()).toMatchObject({ unchanged: 2, modified: [] });
    expect(forged(rig)).toEqual([true, true]);
  });

  test.each<[string, (rig: Rig, path: string) => void]>([
    ["the same bytes", (_, path) => writeFileSync(path, readFileSync(path))],
    ["other times", (_, path) => utimesSync(path, 5, 5)],
    ["another name of it", (_, path) => linkSync(path, `${path}.bak`)],
  ])("one that was given %s is read again", async (_, touch) => {
    const rig = new Rig();
    const path = rig.put("note/a.json", { title: "t" });
    rig.untilFilesAreOld();
    await rig.scan();
    forge(rig);
    touch(rig, path);
    expect((await rig.scan()).modified.length).toBe(1);
  });

  test("the same length and the same mtime: the change time tells", async () => {
    const rig = new Rig();
    const path = rig.put("note/a.json", '{"title":"one"}');
    utimesSync(path, 1_000_000, 1_000_000);
    rig.untilFilesAreOld();
    await rig.scan();
    writeFileSync(path, '{"title":"two"}');
    utimesSync(path, 1_000_000, 1_000_000);
    expect((await rig.scan()).modified.length).toBe(1);
  });

  test("a file from the future is never trusted", async () => {
    const rig = new Rig();
    const path = rig.put("note/a.json", { title: "t" });
    utimesSync(path, 4_000_000_000, 4_000_000_000);
    rig.untilFilesAreOld();
    for (let round = 0; round < 2; round++) {
      await rig.scan();
      expect(rig.row("note", "a").stat).toBeNull();
      forge(rig);
      expect((await rig.scan()).modified.length).toBe(1);
    }
  });

  test("what was just delivered is read once, and then trusted", async () => {
    const rig = new Rig();
    rig.deliver("a", { title: "t" });
    expect(rig.row("note", "a").stat).toBeNull();
    rig.untilFilesAreOld();
    expect(await rig.scan()).toMatchObject({ unchanged: 1, new: [], modified: [] });
    forge(rig);
    await rig.scan();
    expect(forged(rig)).toEqual([true]);
  });
});

test("a file is clean when both of its times are older", () => {
  const stats = (mtimeNs: bigint, ctimeNs: bigint) => ({ mtimeNs, ctimeNs }) as BigIntStats;
  expect(isClean(stats(9n, 9n), 10n)).toBe(true);
  expect(isClean(stats(10n, 9n), 10n)).toBe(false);
  expect(isClean(stats(9n, 10n), 10n)).toBe(false);
  expect(isClean(stats(0n, 0n), 0n)).toBe(false);
});

describe("asking the file system for its time", () => {
  const probe = `.runa-clock-${process.pid}`;

  test("leaves nothing behind", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "t" });
    expect(cleanBefore(rig.workspace)).toBeGreaterThan(0n);
    await rig.scan();
    expect(rig.listed()).toEqual(["note"]);
  });

  test("where a scan died before it could clear up, the next one does", () => {
    const rig = new Rig();
    rig.put(probe, "t");
    expect(cleanBefore(rig.workspace)).toBeGreaterThan(0n);
    expect(rig.listed()).toEqual([]);
  });

  test.each<[string, (rig: Rig, outside: string) => void]>([
    ["a link to a file elsewhere", (rig, outside) => symlinkSync(outside, rig.path(probe))],
    ["another name of a file elsewhere", (rig, outside) => linkSync(outside, rig.path(probe))],
    ["a directory", (rig) => mkdirSync(rig.path(probe))],
  ])("writes nothing else where its name is %s", (_, plant) => {
    const rig = new Rig();
    const outside = `${temporaryDirectory()}/precious`;
    writeFileSync(outside, "precious");
    plant(rig, outside);
    cleanBefore(rig.workspace);
    expect(readFileSync(outside, "utf8")).toBe("precious");
  });

  test("does not wait where its name is a pipe", async () => {
    const { spawnSync } = await import("node:child_process");
    const rig = new Rig();
    expect(spawnSync("mkfifo", [rig.path(probe)]).status).toBe(0);
    cleanBefore(rig.workspace);
    rig.put("note/a.json", { title: "t" });
    expect((await rig.scan()).new.length).toBe(1);
  });
});
