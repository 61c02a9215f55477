import { expect, test } from "vitest";
import type { WorkUnit } from "../src/artifact.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import { contentNamed } from "../src/contents/content.ts";
import { sha256 } from "../src/json/canonical.ts";
import {
  abandonAttempt,
  adoptAttempt,
  claimAttempt,
  endAttempt,
  fenceAttempt,
  recordAgent,
  releaseAttempt,
  unendedAttempts,
} from "../src/record/attempt.ts";
import type { Owner } from "../src/record/attempt-table.ts";
import { confirmArtifact, recordRefusal, recordServerStart, recordWithdrawal } from "../src/record/delivery.ts";
import { noteMethodology, recordEvent, verifyLog } from "../src/record/event-log.ts";
import type { OpenAttempt } from "../src/record/open-attempts.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { BATCH, scan } from "../src/scan/scan.ts";
import { type DatabaseFault, onFaultyDatabase, syncingOf } from "./database-faults.ts";
import { bodiesOf, EXAMPLES, RUN_STARTED } from "./event-examples.ts";
import { id, Rig, temporaryDirectory } from "./rig.ts";
import { held, told } from "./told.ts";

const OWN = { id: "attempt-1", protocol: "write", workUnit: null as WorkUnit | null };
const OWNER: Owner = { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null };
const HEIR: Owner = { ...OWNER, pid: 2 };
/** A content that comes with what is recorded; of each operation its own transaction keeps it. */
const GIVEN = contentNamed(sha256("given"), () => "given");
const note = (name: string) => ({ type: "note", id: id(name) });

/** Everything that the store's tables hold, row by row. */
function tables({ connection: { database } }: Store): unknown {
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
  return names.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]);
}

function openAttempt(rig: Rig): OpenAttempt {
  const [attempt] = unendedAttempts(rig.store);
  if (attempt === undefined) throw new Error("no attempt is open");
  return attempt;
}

/** An open attempt that has delivered one note, and beside it a note and a plan that lay there before. */
async function working(): Promise<Rig> {
  const rig = new Rig();
  rig.put("note/old.json", { title: "old" });
  rig.put("plan/p.json", { title: "p" });
  await rig.scan();
  rig.begin(OWN.id);
  rig.deliver("new", { title: "new" }, { attempt: OWN.id });
  return rig;
}

async function succeeded(): Promise<Rig> {
  const rig = await working();
  rig.end(OWN.id, openAttempt(rig).started, "delivered", [note("new")], [note("old")]);
  return rig;
}

interface Operation {
  readonly what: string;
  readonly prepared: () => Promise<Rig>;
  readonly work: (rig: Rig) => unknown;
}

const idle = async (): Promise<Rig> => new Rig();
const deliverer = (rig: Rig) => ({ ...rig.deliverer({}), attempt: OWN.id });

/** Each is one transaction. */
const OPERATIONS: readonly Operation[] = [
  {
    what: "a claim",
    prepared: idle,
    work: ({ store }) =>
      claimAttempt(store, {
        ...OWN,
        argv: ["agent"],
        owner: OWNER,
        place: { directory: "/project", workspace: "/project/workspace" },
        fingerprint: "f",
        instructionsHash: "h",
        inputs: [],
        before: [],
        contents: [GIVEN],
        lastAttempt: null,
        reopened: { last_success: "attempt-0", because: [{ kind: "output_missing", artifact_type: "plan" }] },
        exclusion: { exclusive: true, protocols: [] },
      }),
  },
  {
    what: "the note of an agent",
    prepared: working,
    work: ({ store }) => recordAgent(store, OWN, { pid: 9, startTime: "1" }),
  },
  { what: "a fence", prepared: working, work: ({ store }) => fenceAttempt(store, OWN.id) },
  { what: "an adoption", prepared: working, work: (rig) => adoptAttempt(rig.store, openAttempt(rig), HEIR) },
  { what: "a release", prepared: working, work: (rig) => releaseAttempt(rig.store, openAttempt(rig), "") },
  { what: "an abandonment", prepared: working, work: ({ store }) => abandonAttempt(store, OWN) },
  {
    what: "an end",
    prepared: working,
    work: (rig) =>
      endAttempt(rig.store, OWN, {
        started: openAttempt(rig).started,
        owner: OWNER,
        outcome: "delivered",
        detail: {},
        seen: {},
        outputsAfter: "",
        usage: { tokens: 5 },
        byFile: [{ type: "plan", id: id("p"), contentHash: rig.row("plan", "p").contentHash, workUnit: null }],
        contents: [GIVEN],
        delivered: [note("new"), { type: "plan", id: id("p") }],
        superseded: [note("old")],
        logged: {},
      }),
  },
  {
    what: "a delivery",
    prepared: working,
    work: (rig) => rig.deliver("newer", { title: "n" }, { attempt: OWN.id }),
  },
  {
    what: "a confirmation",
    prepared: working,
    work: (rig) => confirmArtifact(rig.store, deliverer(rig), "note", id("old")),
  },
  {
    what: "a withdrawal",
    prepared: working,
    work: (rig) => recordWithdrawal(rig.store, deliverer(rig), "note", id("new")),
  },
  { what: "a superseding", prepared: succeeded, work: (rig) => finishPendingOperations(rig.store, rig.workspace) },
  { what: "a server's start", prepared: working, work: ({ store }) => recordServerStart(store, OWN.id) },
  {
    what: "a refusal",
    prepared: working,
    work: ({ store }) =>
      recordRefusal(store, OWN.id, "not_json", "note", {
        reason: "no JSON",
        violations: [{ path: "/a", expected: "b" }],
      }),
  },
  { what: "an event", prepared: idle, work: ({ store }) => recordEvent(store, RUN_STARTED) },
  {
    what: "a methodology",
    prepared: idle,
    work: ({ store }) => noteMethodology(store, "f", () => ({ body: EXAMPLES.methodology_changed, contents: [GIVEN] })),
  },
  {
    what: "a scan",
    prepared: async () => {
      const rig = await working();
      rig.put("note/found.json", { title: "found" });
      rig.put("plan/p.json", { title: "changed" });
      rig.put("plan/torn.json", "{");
      return rig;
    },
    work: (rig) => rig.scan(),
  },
];

function expectSound(rig: Rig, where: string): void {
  expect(verifyLog(rig.store), where).toMatchObject({ ok: true });
  expect(told(rig.store), where).toEqual(held(rig.store));
}

test.each(OPERATIONS)(
  "$what that fails or dies at any statement leaves the record as it was",
  async ({ prepared, work }) => {
    const undisturbed = await prepared();
    const { reached, thrown } = await onFaultyDatabase(null, () => work(undisturbed));
    expect(thrown).toBeNull();
    expect(reached.at(-1)).toBe("COMMIT");
    expect(reached.length).toBeGreaterThan(1);
    expectSound(undisturbed, "undisturbed");
    const after = held(undisturbed.store);

    const faults = reached.flatMap((_, at): DatabaseFault[] => [
      { at, how: "fail" },
      { at, how: "die" },
    ]);
    for (const fault of faults) {
      const where = `${fault.how} at ${fault.at} (${reached[fault.at]})`;
      const rig = await prepared();
      const before = tables(rig.store);
      const struck = await onFaultyDatabase(fault, () => work(rig));
      if (fault.how === "fail") expect(String(struck.thrown), where).toContain("disk I/O error");
      else expect(struck.thrown, where).not.toBeNull();
      // One that failed goes on with the same connection; of one that died the next process sees what was committed.
      if (fault.how === "die") rig.reopen();
      expect(tables(rig.store), where).toEqual(before);
      expectSound(rig, where);
      await work(rig);
      expectSound(rig, where);
      const again = held(rig.store);
      expect(again, where).toEqual(after);
    }
  },
);

test("of a scan that dies between two batches the log tells what was committed", async () => {
  const rig = new Rig();
  for (let index = 0; index < BATCH + 10; index++) rig.put(`note/n-${index}.json`, "{}");
  const counting = new Rig();
  const { reached } = await onFaultyDatabase(null, () => scan(counting.store, rig.workspace, rig.types));
  expect(reached.filter((word) => word === "COMMIT").length).toBe(2);
  await onFaultyDatabase({ at: reached.lastIndexOf("COMMIT"), how: "die" }, () => rig.scan());
  rig.reopen();
  const news = () => bodiesOf(rig.store, "scanned").map((body) => body.new);
  expect(rig.rows().length).toBe(BATCH);
  expect(news()).toEqual([BATCH]);
  await rig.scan();
  expect(rig.rows().length).toBe(BATCH + 10);
  expect(news()).toEqual([BATCH, 10]);
});

/** What is void when the machine stops: that an attempt runs. */
const VOID = ["a claim", "the note of an agent", "a fence"];

test.each(OPERATIONS)("$what is on the disk when it is done, unless it is void when the machine stops", async (one) => {
  const rig = await one.prepared();
  expect(await syncingOf(() => one.work(rig))).toEqual([!VOID.includes(one.what)]);
});

test("of the commits of a scan the last one waits for the disk, however many there are", async () => {
  for (const [files, expected] of [
    [10, [true]],
    [BATCH, [true]],
    [BATCH + 1, [false, true]],
  ] as const) {
    const rig = new Rig();
    for (let index = 0; index < files; index++) rig.put(`note/n-${index}.json`, "{}");
    expect(await syncingOf(() => rig.scan())).toEqual(expected);
  }
});

test("a store whose making fails or dies is made by whoever opens it next", async () => {
  const make = (directory: string) => openStore(directory).close();
  const { reached } = await onFaultyDatabase(null, () => make(temporaryDirectory()));
  expect(reached).toEqual(["CREATE", "CREATE", "CREATE", "CREATE", "CREATE", "CREATE", "CREATE", "COMMIT"]);
  for (const at of reached.keys())
    for (const how of ["fail", "die"] as const) {
      const directory = temporaryDirectory();
      expect((await onFaultyDatabase({ at, how }, () => make(directory))).thrown).toBeInstanceOf(Error);
      const store = openStore(directory);
      recordEvent(store, RUN_STARTED);
      expect(verifyLog(store)).toMatchObject({ ok: true, events: 1 });
      store.close();
    }
});
