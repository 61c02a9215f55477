import { spawnSync } from "node:child_process";
import { rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore, type Store } from "../src/connection/store.ts";
import { findArtifact, putArtifact } from "../src/index/artifact-table.ts";
import { BATCH, scan } from "../src/scan/scan.ts";
import { BYTES_TOGETHER } from "../src/workspace/read-files.ts";
import { id, NOTE, Rig, scannedType } from "./rig.ts";

const note = (name: string) => ({ type: "note", id: name });

/** A scan in which something happens after the first file was read and before anything is committed. */
function scanWhile(rig: Rig, happens: () => void) {
  let pending: (() => void) | null = happens;
  const type = scannedType(NOTE, () => {
    const now = pending;
    pending = null;
    now?.();
  });
  return rig.scan(new Map([...rig.types, ["note", type]]));
}

describe("a delivery between a scan's reading and its commit", () => {
  test("of an instance that the scan found new is not overwritten", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "by hand" });
    await scanWhile(rig, () => rig.deliver("a", { title: "delivered" }));
    const row = rig.row("note", "a");
    expect(row.contentHash).toBe(rig.deliver("same", { title: "delivered" }));
    expect(await rig.scan()).toMatchObject({ new: [], modified: [], removed: [] });
  });

  test("of an instance that the scan found modified is not overwritten", async () => {
    const rig = new Rig();
    rig.put("note/a.json", { title: "first" });
    await rig.scan();
    rig.put("note/a.json", { title: "second" });
    let delivered = 0;
    await scanWhile(rig, () => {
      rig.deliver("a", { title: "third" });
      delivered = rig.row("note", "a").lastModified;
    });
    expect(rig.row("note", "a").contentHash).toBe(rig.deliver("same", { title: "third" }));
    expect(rig.row("note", "a").lastModified).toBe(delivered);
  });

  test("of an instance whose file the scan did not see does not count as removed", async () => {
    const rig = new Rig();
    rig.put("plan/b.json", { title: "t" });
    await rig.scan();
    unlinkSync(rig.path("plan/b.json"));
    rig.put("note/a.json", { title: "t" });
    await scanWhile(rig, () => rig.deliver("b", { title: "again" }, { type: "plan" }));
    expect(rig.row("plan", "b").status).toBe("valid");
    expect(await rig.scan()).toMatchObject({ new: [], removed: [] });
  });

  test("nor when it has the very content that was delivered before and went", async () => {
    const rig = new Rig();
    rig.deliver("b", { title: "t" }, { type: "plan" });
    const before = rig.row("plan", "b");
    unlinkSync(rig.path("plan/b.json"));
    rig.untilFilesAreOld();
    rig.put("note/a.json", { title: "t" });
    await scanWhile(rig, () => rig.deliver("b", { title: "t" }, { type: "plan" }));
    expect(rig.row("plan", "b").lastModified).toBe(before.lastModified);
    expect(await rig.scan()).toMatchObject({ new: [], removed: [] });
  });
});

test("what another scan recorded of a file that it had read half-written does not stay", async () => {
  const rig = new Rig();
  rig.put("note/half.json", "");
  await rig.scan();
  const { status, ...half } = rig.row("note", "half");
  expect(status).toBe("malformed");
  unlinkSync(rig.path("note/half.json"));
  rig.put("note/a.json", { title: "whole" });
  await scanWhile(rig, () => {
    const { connection } = rig.store;
    connection.write(() => putArtifact(connection, { ...half, status: "malformed", id: id("a"), stat: null }));
  });
  expect(rig.row("note", "a").status).toBe("valid");
});

test("a success that a scan did not know of keeps its mark", async () => {
  const rig = new Rig();
  const started = rig.begin("attempt-1");
  rig.deliver("a", { title: "t" }, { attempt: "attempt-1" });
  // Delivered and not scanned since: the scan reads it, after the other file, and has its row to write.
  rig.put("note/0.json", { title: "t" });
  await scanWhile(rig, () => rig.end("attempt-1", started, "delivered", [{ type: "note", id: id("a") }]));
  expect(rig.row("note", "a").deliveredAt).toBe(started);
  await rig.scan();
  expect(rig.row("note", "a").deliveredAt).toBe(started);
});

test("an instance that was withdrawn meanwhile does not come back", async () => {
  const rig = new Rig();
  rig.put("note/a.json", { title: "one" });
  await rig.scan();
  rig.put("note/a.json", { title: "two" });
  await scanWhile(rig, () => {
    unlinkSync(rig.path("note/a.json"));
    rig.executeElsewhere("DELETE FROM artifact");
  });
  expect(rig.rows()).toEqual([]);
});

describe("between two batches of a long scan another connection writes at once", () => {
  const ALL = 2 * BATCH + 10;
  const count = ({ connection: { database } }: Store) =>
    (database.prepare("SELECT count(*) AS n FROM artifact").get() as { n: number }).n;

  /** Marks an instance of another type, without waiting for anyone. */
  function mark(other: Store): void {
    other.connection.database.pragma("busy_timeout = 0");
    const row = findArtifact(other.connection, "plan", id("p"));
    if (row === null) throw new Error("no row");
    other.connection.database
      .transaction(() => putArtifact(other.connection, { ...row, deliveredAt: row.lastModified }))
      .immediate();
  }

  async function long(): Promise<{ rig: Rig; other: Store }> {
    const rig = new Rig();
    rig.put("plan/p.json", { title: "t" });
    await rig.scan();
    for (let number = 0; number < ALL; number++) rig.put(`note/n${number}.json`, "1");
    const other = openStore(rig.store.directory);
    onTestFinished(() => other.close());
    return { rig, other };
  }

  function expectBoth(rig: Rig, notes: number): void {
    expect(rig.rows().length).toBe(notes + 1);
    expect(rig.row("plan", "p").deliveredAt).not.toBeNull();
    for (const row of rig.rows().filter(({ type }) => type === "plan"))
      expect(row).toEqual(findArtifact(rig.store.connection, "plan", row.id));
  }

  test("while files are read", async () => {
    const { rig, other } = await long();
    const seen: number[] = [];
    const type = scannedType(NOTE, () => {
      const now = count(other) - 1;
      if (now > 0 && seen.length === 0) mark(other);
      if (now > 0) seen.push(now);
    });
    const report = await rig.scan(new Map([...rig.types, ["note", type]]));
    expect(report.new.length).toBe(ALL);
    expect(seen[0]).toBe(BATCH);
    expectBoth(rig, ALL);
  });

  test("while nothing has to be read: files that went", async () => {
    const { rig, other } = await long();
    await rig.scan();
    rmSync(rig.path("note"), { recursive: true });
    let marked = 0;
    const tick = () => {
      const left = count(other) - 1;
      if (left === ALL) setImmediate(tick);
      else if (left > 0) {
        mark(other);
        marked = left;
      }
    };
    tick();
    const report = await rig.scan();
    expect(report.removed.length).toBe(ALL);
    expect(marked).toBe(ALL - BATCH);
    expectBoth(rig, 0);
  });
});

describe("a file that changes while a scan is under way", () => {
  const victims: readonly (readonly [string, (path: string) => void])[] = [
    ["goes", (path) => unlinkSync(path)],
    [
      "becomes a pipe",
      (path) => {
        unlinkSync(path);
        expect(spawnSync("mkfifo", [path]).status).toBe(0);
      },
    ],
    [
      "becomes a link",
      (path) => {
        unlinkSync(path);
        symlinkSync("/etc/passwd", path);
      },
    ],
  ];
  test.each(victims)("listed and then %s: it is not there", async (_, happens) => {
    const rig = new Rig();
    // Read by itself and judged before the next file is read.
    rig.put("note/a.json", { title: "t".repeat(BYTES_TOGETHER) });
    const victim = rig.put("plan/b.json", { title: "t" });
    const report = await scanWhile(rig, () => happens(victim));
    expect(report).toMatchObject({ new: [note("a")], gaps: [] });
    expect(rig.rows().map(({ id }) => id)).toEqual(["a"]);
  });

  test("read and then written again, with the same length: the next scan sees it", async () => {
    const rig = new Rig();
    for (let round = 0; round < 5; round++) {
      const path = rig.put(`note/n${round}.json`, '{"title":"one"}');
      await scanWhile(rig, () => writeFileSync(path, '{"title":"two"}'));
      expect((await rig.scan()).modified).toEqual([note(`n${round}`)]);
    }
  });
});

describe("two scans of one process", () => {
  test("read into memory of their own", async () => {
    const rigs = [new Rig(), new Rig()];
    for (const [which, rig] of rigs.entries())
      for (let index = 0; index < 600; index++) rig.put(`note/n${index}.json`, { title: `${which} ${index}` });
    await Promise.all(rigs.map((rig) => rig.scan()));
    // What was recorded is what a scan alone records.
    for (const { store, workspace, types } of rigs)
      expect(await scan(store, workspace, types, { full: true })).toMatchObject({ modified: [], unchanged: 600 });
  });

  test("the one that was overtaken removes nothing that the other has found", async () => {
    const rig = new Rig();
    rig.put("note/x.json", { title: "old" });
    await rig.scan();
    rmSync(rig.path("note/x.json"));
    rig.put("plan/slow.json", { title: "s" });
    const type = scannedType(NOTE);
    let goOn = () => {};
    let slow: Promise<unknown> | undefined;
    await new Promise<void>((hasListed) => {
      const validator = async () => {
        hasListed();
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return type.validator();
      };
      slow = rig.scan(new Map([...rig.types, ["plan", { ...type, validator }]]));
    });
    rig.put("note/x.json", { title: "new" });
    expect(await rig.scan()).toMatchObject({ modified: [note("x")] });
    goOn();
    await slow;
    expect(rig.row("note", "x").status).toBe("valid");
    expect(await rig.scan()).toMatchObject({ new: [] });
  });
});
