import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { attemptNotes, removeLitter } from "../src/record/attempt.ts";
import { writeDecision } from "../src/record/decide.ts";
import { RefusedError, withdrawArtifact } from "../src/record/delivery.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { bodiesOf } from "./event-examples.ts";
import { id, Rig, scannedType } from "./rig.ts";

// A disk that fails, or a process that dies, at any one of the calls that the store makes of the file system.
const disk = vi.hoisted(() => ({
  /** What happens at the call with this number; null counts only. */
  plan: null as { readonly at: number; readonly how: "fail" | "die" } | null,
  watching: false,
  calls: [] as string[],
}));

vi.mock(import("node:fs"), async (original) => {
  const fs = await original();
  /** Throws when this call is the one to fail, or comes after death. */
  const strike = (name: string, before?: () => void): void => {
    if (!disk.watching) return;
    const at = disk.calls.push(name) - 1;
    const { plan } = disk;
    if (plan === null || at < plan.at || (plan.how === "fail" && at > plan.at)) return;
    if (at === plan.at) before?.();
    throw Object.assign(new Error(`${plan.how} at ${name}`), { code: "EIO" });
  };
  const faulty =
    <Rest extends unknown[], Result>(name: string, call: (...rest: Rest) => Result) =>
    (...rest: Rest): Result => {
      strike(name);
      return call(...rest);
    };
  return {
    ...fs,
    mkdirSync: faulty("mkdir", fs.mkdirSync) as never,
    openSync: faulty("open", fs.openSync),
    fstatSync: faulty("fstat", fs.fstatSync) as never,
    lstatSync: faulty("lstat", fs.lstatSync) as never,
    readFileSync: faulty("read", fs.readFileSync) as never,
    readdirSync: faulty("list", fs.readdirSync) as never,
    fsyncSync: faulty("fsync", fs.fsyncSync),
    renameSync: faulty("rename", fs.renameSync),
    unlinkSync: faulty("unlink", fs.unlinkSync),
    rmSync: faulty("rm", fs.rmSync),
    writeSync: faulty("write", fs.writeSync) as never,
    writeFileSync: ((file: number, text: string) => {
      // A full disk takes the first half.
      strike("write", () => fs.writeFileSync(file, text.slice(0, text.length / 2)));
      fs.writeFileSync(file, text);
    }) as never,
  };
});

/** Runs work on the faulty disk. */
async function striking<T>(plan: typeof disk.plan, work: () => T | Promise<T>): Promise<T | Error> {
  Object.assign(disk, { plan, watching: true, calls: [] });
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  } finally {
    disk.watching = false;
  }
}

/** The calls that the work makes when nothing fails. */
async function callsOf(work: () => unknown): Promise<readonly string[]> {
  expect(await striking(null, work)).not.toBeInstanceOf(Error);
  return disk.calls;
}

/** The points at which it can fail, both ways. */
function points(calls: readonly string[]) {
  return calls.flatMap((_, at) => [{ at, how: "fail" } as const, { at, how: "die" } as const]);
}

/** What the next command that executes work does first. */
function recover(rig: Rig): void {
  rig.reopen();
  finishPendingOperations(rig.store, rig.workspace);
  removeLitter(rig.store, rig.workspace, rig.types.keys());
}

/** How a file is written into a directory that is made for it: the directory's name is made durable too. */
const INTO_A_NEW_DIRECTORY = ["mkdir", "fsync", "write", "fsync", "rename", "fsync"];

const OLD = '{"title":"old"}';
const NEW = '{\n  "title": "new"\n}\n';

describe("a delivery", () => {
  const prepared = async (before: "nothing" | "an older one"): Promise<Rig> => {
    const rig = new Rig();
    if (before === "an older one") rig.put("note/a.json", OLD);
    await rig.scan();
    rig.begin("attempt-1");
    return rig;
  };
  const deliver = (rig: Rig) => () => rig.deliver("a", { title: "new" }, { attempt: "attempt-1" });

  test("is on the disk before its name points at it, and its name before anyone is told", async () => {
    const rig = await prepared("an older one");
    const calls = await callsOf(deliver(rig));
    expect(calls.filter((call) => ["write", "fsync", "rename"].includes(call))).toEqual([
      "write",
      "fsync",
      "rename",
      "fsync",
    ]);
    const first = await prepared("nothing");
    expect((await callsOf(deliver(first))).filter((call) => /write|fsync|rename|mkdir/.test(call))).toEqual(
      INTO_A_NEW_DIRECTORY,
    );
  });

  test.each(["nothing", "an older one"] as const)(
    "over %s that fails or dies at any call is whole or absent",
    async (before) => {
      const calls = await callsOf(deliver(await prepared(before)));
      for (const plan of points(calls)) {
        const rig = await prepared(before);
        const rows = rig.rows();
        const outcome = await striking(plan, deliver(rig));
        const where = `${plan.how} at ${plan.at} (${calls[plan.at]})`;
        expect(outcome, where).toBeInstanceOf(RefusedError);
        // The record is as it was; the file is as it was or whole.
        expect(rig.rows(), where).toEqual(rows);
        expect(attemptNotes(rig.store, "attempt-1").deliveries, where).toEqual([]);
        const text = existsSync(rig.path("note/a.json")) ? rig.read("note/a.json") : null;
        expect([before === "nothing" ? null : OLD, NEW], where).toContain(text);
        const leftovers = () =>
          (existsSync(rig.path("note")) ? rig.listed("note") : []).filter((name) => name !== "a.json");
        if (plan.how === "fail" && calls[plan.at] !== "unlink") expect(leftovers(), where).toEqual([]);
        // A scan never takes half a file for an artifact, and the next command clears up.
        await rig.scan();
        expect(
          rig.rows().every(({ status }) => status === "valid"),
          where,
        ).toBe(true);
        recover(rig);
        expect(leftovers(), where).toEqual([]);
        expect(deliver(rig)(), where).toMatch(/^sha256:/);
        expect(rig.read("note/a.json"), where).toBe(NEW);
        expect(await rig.scan(), where).toMatchObject({ new: [], modified: [], removed: [], gaps: [] });
      }
    },
  );

  test("whose record cannot be made is found by the next scan", async () => {
    for (const before of ["nothing", "an older one"] as const) {
      const rig = await prepared(before);
      const rows = rig.rows();
      rig.store.connection.database.exec(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'no record today'); END",
      );
      expect(deliver(rig)).toThrow("no record today");
      expect(rig.rows()).toEqual(rows);
      expect(rig.read("note/a.json")).toBe(NEW);
      rig.reopen();
      const found = [{ type: "note", id: "a" }];
      expect(await rig.scan()).toMatchObject(before === "nothing" ? { new: found } : { modified: found });
    }
  });

  test("that fills the disk under the database is not half recorded", async () => {
    const rig = await prepared("nothing");
    const pages = rig.store.connection.database.pragma("page_count", { simple: true });
    rig.store.connection.database.pragma(`max_page_count = ${pages}`);
    const title = "t".repeat(100_000);
    rig.types.forEach((_, type) => {
      const many = () => {
        for (let n = 0; n < 200; n++) rig.deliver(`${title.slice(0, 100)}${n}`, { title }, { type });
      };
      expect(many).toThrow(/no space left/);
    });
    for (const { type, id, contentHash } of rig.rows())
      expect(
        rig.store.connection.database
          .prepare("SELECT content_hash FROM delivery WHERE artifact_type = ? AND instance_id = ?")
          .pluck()
          .all(type, id),
      ).toEqual([contentHash]);
    rig.reopen();
    await rig.scan();
    const files = [...rig.types.keys()].flatMap((type) => rig.listed(type));
    expect(rig.rows().length).toBe(files.length);
  });
});

describe("a decision", () => {
  const prepared = async (): Promise<Rig> => {
    const rig = new Rig();
    rig.put("note/a.json", OLD);
    await rig.scan();
    return rig;
  };
  const text = '{\n  "title": "yes"\n}\n';
  /** Decides on what lies there when this is called. */
  const decide = (rig: Rig, name = "one") => {
    const { type, id: subject, contentHash, schemaHash } = rig.row("note", "a");
    const canonical = '{"title":"yes"}';
    return () =>
      writeDecision(rig.store, {
        workspace: rig.workspace,
        file: { type: "plan", id: id(name), text, canonical, schemaHash, workUnit: null },
        verdict: "approved",
        subject: { type, id: subject, contentHash },
        by: "anna",
      });
  };

  test("is on the disk before its name points at it, and its name before anyone is told", async () => {
    const calls = await callsOf(decide(await prepared()));
    expect(calls.filter((call) => /write|fsync|rename|mkdir/.test(call))).toEqual(INTO_A_NEW_DIRECTORY);
  });

  test("that fails or dies at any call was not made: at most a whole file is left, which no event attests", async () => {
    const calls = await callsOf(decide(await prepared()));
    for (const plan of points(calls)) {
      const rig = await prepared();
      const rows = rig.rows();
      const where = `${plan.how} at ${plan.at} (${calls[plan.at]})`;
      expect(await striking(plan, decide(rig)), where).toBeInstanceOf(RefusedError);
      expect(rig.rows(), where).toEqual(rows);
      expect(bodiesOf(rig.store, "decision"), where).toEqual([]);
      const left = existsSync(rig.path("plan")) ? rig.listed("plan").filter((name) => name === "one.json") : [];
      for (const name of left) expect(rig.read("plan", name), where).toBe(text);
      recover(rig);
      expect(decide(rig, "two")(), where).toMatchObject({ kind: "written" });
      expect(bodiesOf(rig.store, "decision"), where).toMatchObject([{ instance_id: "two", by: "anna" }]);
      expect(rig.listed("plan"), where).toEqual([...left, "two.json"]);
    }
  });

  test("whose event cannot be written is not made", async () => {
    const rig = await prepared();
    const rows = rig.rows();
    rig.store.connection.database.exec(
      "CREATE TEMP TRIGGER broken BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no event today'); END",
    );
    expect(decide(rig)).toThrow("no event today");
    expect(rig.rows()).toEqual(rows);
    rig.reopen();
    expect(bodiesOf(rig.store, "decision")).toEqual([]);
  });

  test.each<[string, (rig: Rig) => unknown, string]>([
    ["its file holds something else, though no scan has seen it", (rig) => rig.put("note/a.json", NEW), "changed"],
    ["its file has gone", (rig) => rig.remove("note/a.json"), "gone"],
    ["it was changed and scanned", (rig) => rig.put("note/a.json", NEW) && rig.scan(), "changed"],
    [
      "it has gone from the index too",
      (rig) => {
        rig.remove("note/a.json");
        return rig.scan();
      },
      "gone",
    ],
    ["it breaks its schema", (rig) => rig.scan(new Map([["note", scannedType(false)]])), "not_valid"],
  ])("is not made where %s", async (_, change, kind) => {
    const rig = await prepared();
    const made = decide(rig);
    await change(rig);
    expect(made()).toEqual({ kind });
    expect(existsSync(rig.path("plan"))).toBe(false);
    expect(bodiesOf(rig.store, "decision")).toEqual([]);
  });
});

describe("superseding", () => {
  const prepared = async (): Promise<Rig> => {
    const rig = new Rig();
    rig.put("note/a.json", OLD);
    await rig.scan();
    const started = rig.begin("attempt-1");
    rig.end("attempt-1", started, "delivered", [], [{ type: "note", id: id("a") }]);
    return rig;
  };
  const finish = (rig: Rig) => () => finishPendingOperations(rig.store, rig.workspace);

  test("that fails or dies at any call loses nothing and is finished by the next command", async () => {
    const calls = await callsOf(finish(await prepared()));
    expect(calls.filter((call) => call === "rename" || call === "fsync").slice(-3)).toEqual([
      "rename",
      "fsync",
      "fsync",
    ]);
    for (const plan of points(calls)) {
      const rig = await prepared();
      const where = `${plan.how} at ${plan.at} (${calls[plan.at]})`;
      // Told, and still listed.
      expect(await striking(plan, finish(rig)), where).toMatchObject([{ type: "note", id: "a" }]);
      expect(rig.rows().length, where).toBe(1);
      recover(rig);
      expect(rig.read(".superseded/attempt-1/note/a.json"), where).toBe(OLD);
      expect(rig.listed("note"), where).toEqual([]);
      expect(rig.rows(), where).toEqual([]);
    }
  });

  test("by withdrawal, likewise: refused, or done", async () => {
    const lying = async (): Promise<Rig> => {
      const rig = new Rig();
      rig.put("note/a.json", OLD);
      await rig.scan();
      rig.begin("attempt-2");
      return rig;
    };
    const withdraw = (rig: Rig) => () =>
      withdrawArtifact(rig.store, { ...rig.deliverer({}), attempt: "attempt-2" }, "note", id("a"));
    const calls = await callsOf(withdraw(await lying()));
    for (const plan of points(calls)) {
      const rig = await lying();
      const where = `${plan.how} at ${plan.at} (${calls[plan.at]})`;
      const refused = (await striking(plan, withdraw(rig))) instanceof RefusedError;
      const kept = [rig.path("note/a.json"), rig.path(".superseded/attempt-2/note/a.json")].filter(existsSync);
      expect(kept.length, where).toBe(1);
      recover(rig);
      await rig.scan();
      expect(existsSync(rig.path("note/a.json")), where).toBe(refused);
      expect(rig.rows().length, where).toBe(refused ? 1 : 0);
    }
  });
});

describe("a scan", () => {
  const prepared = async (): Promise<Rig> => {
    const rig = new Rig();
    for (const name of ["note/a", "note/b", "plan/c"]) rig.put(`${name}.json`, OLD);
    await rig.scan();
    rig.put("note/b.json", '{"title":"changed"}');
    rig.put("note/d.json", OLD);
    return rig;
  };

  test("on a disk that fails or dies at any call calls nothing removed that is there, and the next one sees all", async () => {
    const undisturbed = await prepared();
    const calls = await callsOf(() => undisturbed.scan());
    for (const plan of points(calls)) {
      const rig = await prepared();
      const where = `${plan.how} at ${plan.at} (${calls[plan.at]})`;
      const report = await striking(plan, () => rig.scan());
      if (report instanceof Error) expect(report.message, where).toBe(`${rig.workspace}: EIO`);
      else {
        expect(report.removed, where).toEqual([]);
        const unseen = report.new.length + report.modified.length + report.unchanged < 4;
        expect(report.gaps.length > 0, where).toBe(unseen);
      }
      rig.reopen();
      const ids = () => rig.rows().map(({ id }) => id);
      expect(ids(), where).toEqual(expect.arrayContaining(["a", "b", "c"]));
      expect(await rig.scan(), where).toMatchObject({ removed: [], gaps: [] });
      expect(ids(), where).toEqual(["a", "b", "d", "c"]);
      expect(rig.row("note", "b").contentHash, where).toBe(undisturbed.row("note", "b").contentHash);
      expect(
        readdirSync(rig.workspace).filter((name) => name.startsWith(".")),
        where,
      ).toEqual([]);
    }
  });
});
