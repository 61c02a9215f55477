import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { WallTime } from "../src/artifact.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import { confirmArtifact, recordRefusal, withdrawArtifact } from "../src/record/delivery.ts";
import {
  clockWentBack,
  eventCount,
  loggedAttempts,
  logHead,
  noteMethodology,
  readEvents,
  recordEvent,
  verifyLog,
} from "../src/record/event-log.ts";
import { append, FIRST_PREV } from "../src/record/event-table.ts";
import type { EventRow, NewEvent } from "../src/record/events.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { rfc3339, wallTime, wallTimeOf } from "../src/wall-time.ts";
import { bodiesOf, EXAMPLES, RUN_STARTED } from "./event-examples.ts";
import { id, Rig, temporaryDirectory } from "./rig.ts";

const A = { title: "A" };
/** SHA-256 of `{"title":"A"}`. */
const HASH_OF_A = "sha256:3529d0a41555dcce5409451ca186444db8e972ff8d5867546e0e7928f37408f5";
const REFUSAL = { reason: "invalid_artifact", artifact_type: "note" } as const;
const DELIVERY = { artifact_type: "note", instance_id: "a", content_hash: HASH_OF_A, via: "tool" } as const;

/** A store whose log tells of `count` deliveries, made and refused. */
function logOf(count: number): Store {
  const { store } = new Rig();
  store.connection.write(() => {
    for (let seq = 1; seq <= count; seq++) {
      const attempt = seq % 2 === 0 ? `attempt-${seq}` : null;
      const event: NewEvent =
        seq % 3 === 0
          ? { kind: "delivery_refused", attempt, body: REFUSAL }
          : { kind: "delivery_accepted", attempt, body: { ...DELIVERY, instance_id: `n-${seq}` } };
      append(store.connection, event, (seq * 1_000_003) as WallTime);
    }
  });
  return store;
}

function rows({ connection: { database } }: Store): EventRow[] {
  return database.prepare("SELECT * FROM event ORDER BY seq").all() as EventRow[];
}

/** Takes away what keeps the rows from being changed, as somebody who means to would. */
function unlock({ connection: { database } }: Store): void {
  database.exec("DROP TRIGGER IF EXISTS event_is_kept; DROP TRIGGER IF EXISTS event_is_final");
}

function tamper(store: Store, sql: string): void {
  unlock(store);
  store.connection.database.exec(sql);
}

function kindsAndBodies(store: Store) {
  return readEvents(store, {}).map(({ kind, attempt, body }) => [kind, attempt, body]);
}

/** As anybody can compute it who holds a printed log. */
function sha256Of(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

describe("the chain", () => {
  test("each hash is over the hash before and the canonical JSON of the rest, as it is printed", () => {
    const store = logOf(4);
    const body = (id: string) =>
      `{"artifact_type":"note","content_hash":"${HASH_OF_A}","instance_id":"${id}","via":"tool"}`;
    const printed = [
      `{"at":"1970-01-01T00:00:01.000003Z","body":${body("n-1")},"kind":"delivery_accepted","seq":1}`,
      `{"at":"1970-01-01T00:00:02.000006Z","attempt":"attempt-2","body":${body("n-2")},"kind":"delivery_accepted","seq":2}`,
      `{"at":"1970-01-01T00:00:03.000009Z","body":{"artifact_type":"note","reason":"invalid_artifact"},"kind":"delivery_refused","seq":3}`,
      `{"at":"1970-01-01T00:00:04.000012Z","attempt":"attempt-4","body":${body("n-4")},"kind":"delivery_accepted","seq":4}`,
    ];
    let prev = `sha256:${"0".repeat(64)}`;
    const hashes = printed.map((text) => {
      const before = prev;
      prev = sha256Of(before + text);
      return { prev: before, hash: prev };
    });
    expect(readEvents(store, {})).toMatchObject(hashes);
    expect(logHead(store)).toMatchObject({ seq: 4, hash: prev });
    expect(verifyLog(store)).toEqual({ ok: true, events: 4, head: prev });
  });

  test("an event has the hash that every version of runa gives it", () => {
    const store = logOf(1);
    expect(logHead(store).hash).toBe("sha256:56b9a12a37d48417cc1cd9774e3971ed1bcc609a02ce9c240c399177453d0022");
  });

  test("an empty log has a head, is whole, and holds that head for ever", () => {
    const { store } = new Rig();
    expect(readEvents(store, {})).toEqual([]);
    expect(logHead(store)).toEqual({ seq: 0, hash: FIRST_PREV });
    expect(verifyLog(store)).toEqual({ ok: true, events: 0, head: FIRST_PREV });
    recordEvent(store, RUN_STARTED);
    expect(verifyLog(store, FIRST_PREV).ok).toBe(true);
  });

  test("no row can be changed or deleted", () => {
    const store = logOf(2);
    const refusal = "the event log is only appended to";
    expect(() => store.connection.database.exec("UPDATE event SET at = 1 WHERE seq = 1")).toThrow(refusal);
    expect(() => store.connection.database.exec("UPDATE event SET hash = hash")).toThrow(refusal);
    expect(() => store.connection.database.exec("DELETE FROM event WHERE seq = 2")).toThrow(refusal);
    expect(() => store.connection.database.exec("DELETE FROM event")).toThrow(refusal);
    expect(verifyLog(store)).toMatchObject({ ok: true, events: 2 });
  });

  test("an event is there exactly when its fact is", () => {
    const { store } = new Rig();
    const failing = () =>
      store.connection.write(() => {
        append(store.connection, RUN_STARTED);
        throw new Error("the fact could not be written");
      });
    expect(failing).toThrow("the fact could not be written");
    expect(readEvents(store, {})).toEqual([]);
  });

  test("two writers share one chain", () => {
    const directory = temporaryDirectory();
    const [first, second] = [openStore(directory), openStore(directory)];
    for (let round = 0; round < 5; round++) for (const store of [first, second]) recordEvent(store, RUN_STARTED);
    expect(verifyLog(first)).toEqual({ ok: true, events: 10, head: logHead(second).hash });
    first.close();
    second.close();
  });

  test("a log longer than what is walked at once is walked to its end", () => {
    const store = logOf(2500);
    expect(verifyLog(store)).toMatchObject({ ok: true, events: 2500 });
    tamper(store, "UPDATE event SET body = '{}' WHERE seq = 2400");
    expect(verifyLog(store)).toMatchObject({ ok: false, seq: 2400, reason: "hash" });
  });
});

describe("what verification finds", () => {
  const COLUMNS = ["seq", "at", "kind", "attempt", "body", "prev", "hash"] as const;

  test("any byte that is changed, in any column of any row", () => {
    const store = logOf(3);
    unlock(store);
    let changed = 0;
    for (const row of rows(store)) {
      for (const column of COLUMNS) {
        const value = row[column];
        if (value === null) continue;
        const bytes = Buffer.from(String(value));
        for (let index = 0; index < bytes.length; index++) {
          // Digits stay digits, so that a number column takes them.
          const other = Buffer.from(bytes);
          other[index] =
            typeof value === "number" ? 0x30 + (((bytes[index] ?? 0) - 0x30 + 3) % 10) : (bytes[index] ?? 0) ^ 1;
          const text = other.toString("latin1");
          const put = store.connection.database.prepare(`UPDATE OR IGNORE event SET ${column} = ? WHERE seq = ?`);
          const now = typeof value === "number" ? Number(text) : text;
          if (put.run(now, row.seq).changes === 0) continue;
          const seq = column === "seq" ? Number(now) : row.seq;
          expect(verifyLog(store), `row ${row.seq}, ${column}, byte ${index}: ${text}`).toMatchObject({ ok: false });
          expect(put.run(value, seq).changes).toBe(1);
          changed++;
        }
      }
    }
    expect(changed).toBeGreaterThan(800);
    expect(verifyLog(store).ok).toBe(true);
  });

  test.each([
    ["a body with the same meaning", `UPDATE event SET body = replace(body, ':', ': ') WHERE seq = 2`, 2, "hash"],
    ["a body that is no JSON", "UPDATE event SET body = '{' WHERE seq = 2", 2, "hash"],
    ["a time that is none", "UPDATE event SET at = 9007199254740993 WHERE seq = 2", 2, "hash"],
    ["an attempt that is taken away", "UPDATE event SET attempt = NULL WHERE seq = 2", 2, "hash"],
    ["an attempt that is put in", "UPDATE event SET attempt = 'a' WHERE seq = 3", 3, "hash"],
    ["a row that is taken out", "DELETE FROM event WHERE seq = 2", 2, "missing"],
    ["the first row taken out", "DELETE FROM event WHERE seq = 1", 1, "missing"],
    [
      "a row put in front",
      "INSERT INTO event SELECT 0, at, kind, attempt, body, prev, hash FROM event WHERE seq = 1",
      1,
      "missing",
    ],
    [
      "a row put in front of that",
      "INSERT INTO event SELECT -7, at, kind, attempt, body, prev, hash FROM event WHERE seq = 1",
      1,
      "missing",
    ],
    [
      "a row put in front of all that JavaScript counts with",
      "INSERT INTO event SELECT -9223372036854775807, at, kind, attempt, body, prev, hash FROM event WHERE seq = 1",
      1,
      "missing",
    ],
    [
      "a row put behind all that JavaScript counts with",
      "INSERT INTO event SELECT 9223372036854775807, at, kind, attempt, body, prev, hash FROM event WHERE seq = 1",
      6,
      "missing",
    ],
    [
      "a row repeated at the end",
      "INSERT INTO event SELECT 6, at, kind, attempt, body, prev, hash FROM event WHERE seq = 5",
      6,
      "prev",
    ],
    [
      "a row replaced by another",
      "UPDATE event SET (at, kind, attempt, body, prev, hash) = (SELECT at, kind, attempt, body, prev, hash FROM event WHERE seq = 4) WHERE seq = 2",
      2,
      "prev",
    ],
  ])("%s", (_what, sql, seq, reason) => {
    const store = logOf(5);
    tamper(store, sql);
    const verdict = verifyLog(store);
    expect(verdict).toMatchObject({ ok: false, seq, reason });
    expect(verdict).toHaveProperty("message", expect.stringContaining(`event ${seq} `));
  });

  test("two rows that changed places", () => {
    const store = logOf(5);
    tamper(store, "UPDATE event SET seq = -2 WHERE seq = 2");
    tamper(store, "UPDATE event SET seq = 2 WHERE seq = 3");
    tamper(store, "UPDATE event SET seq = 3 WHERE seq = -2");
    expect(verifyLog(store)).toMatchObject({ ok: false, seq: 2, reason: "prev" });
  });

  test("an end that was cut off, only against a head that was kept", () => {
    const store = logOf(5);
    const heads = rows(store).map(({ hash }) => hash);
    for (const head of heads) expect(verifyLog(store, head).ok).toBe(true);
    tamper(store, "DELETE FROM event WHERE seq > 3");
    expect(verifyLog(store)).toMatchObject({ ok: true, events: 3 });
    expect(verifyLog(store, heads[2]).ok).toBe(true);
    for (const gone of heads.slice(3))
      expect(verifyLog(store, gone)).toMatchObject({ ok: false, seq: null, reason: "head" });
    // What is written after it goes on from the shorter chain, and the old head is still missed.
    recordEvent(store, RUN_STARTED);
    expect(verifyLog(store).ok).toBe(true);
    expect(verifyLog(store, heads[4])).toMatchObject({ ok: false, reason: "head" });
  });

  test("a broken row is named even where the expected head comes before it", () => {
    const store = logOf(5);
    const [first] = rows(store);
    tamper(store, "UPDATE event SET body = '{}' WHERE seq = 4");
    expect(verifyLog(store, first?.hash)).toMatchObject({ ok: false, seq: 4, reason: "hash" });
  });
});

describe("what is read", () => {
  test("by number, attempt, protocol and time, first or last ones", () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    rig.deliver("a", A, { attempt: "attempt-1" });
    recordEvent(rig.store, { kind: "claimed", attempt: "attempt-2", body: { protocol: "check", owner: { pid: 1 } } });
    recordEvent(rig.store, { kind: "claimed", attempt: "other", body: { protocol: "write", owner: { pid: 1 } } });
    const all = readEvents(rig.store, {});
    const last = all.at(-1)?.seq ?? 0;
    expect(readEvents(rig.store, { after: last - 2 }).map(({ seq }) => seq)).toEqual([last - 1, last]);
    expect(readEvents(rig.store, { limit: 1 }).map(({ seq }) => seq)).toEqual([1]);
    expect(readEvents(rig.store, { limit: 2, last: true }).map(({ seq }) => seq)).toEqual([last - 1, last]);
    expect(readEvents(rig.store, { attempt: "attempt-2" }).map(({ attempt }) => attempt)).toEqual(["attempt-2"]);
    expect(readEvents(rig.store, { attempt: "attempt" })).toEqual([]);
    // The delivery names no protocol: its attempt does.
    const ofWrite = readEvents(rig.store, { protocol: "write" });
    expect(ofWrite.map(({ kind }) => kind)).toContain("delivery_accepted");
    expect(new Set(ofWrite.map(({ attempt }) => attempt))).toEqual(new Set(["attempt-1", "other"]));
    expect(readEvents(rig.store, { since: all[0]?.at })).toEqual(all);
    expect(readEvents(rig.store, { since: ((all.at(-1)?.at ?? 0) + 1) as WallTime })).toEqual([]);
    expect(eventCount(rig.store, { protocol: "check" })).toBe(1);
    expect(loggedAttempts(rig.store, "attempt-", 9)).toEqual(["attempt-1", "attempt-2"]);
    expect(loggedAttempts(rig.store, "attempt-", 1)).toEqual(["attempt-1"]);
    expect(loggedAttempts(rig.store, "b", 9)).toEqual([]);
  });

  test("a row whose body was damaged is said, and spoils no other question", () => {
    const store = logOf(3);
    tamper(store, "UPDATE event SET body = '{' WHERE seq = 2");
    expect(() => readEvents(store, {})).toThrow("event 2 of the log was damaged");
    expect(readEvents(store, { protocol: "write" })).toEqual([]);
    expect(readEvents(store, { after: 2 })).toHaveLength(1);
  });
});

describe("what the store tells", () => {
  test("deliveries, confirmations and withdrawals, with hashes and no content", () => {
    const rig = new Rig();
    rig.begin("attempt-1");
    const before = logHead(rig.store).seq;
    const by = { ...rig.deliverer({ attempt: "attempt-1" }), attempt: "attempt-1" };
    const hash = rig.deliver("a", { title: "a secret", work_unit: "w-1" }, { attempt: "attempt-1" });
    rig.deliver("by-hand", A);
    confirmArtifact(rig.store, by, "note", id("a"));
    withdrawArtifact(rig.store, by, "note", id("a"));
    const of = (instance: string, content: string) => ({
      artifact_type: "note",
      instance_id: instance,
      content_hash: content,
      moment: expect.any(Number),
    });
    const schema = rig.types.get("note")?.hash;
    const told = readEvents(rig.store, { after: before });
    expect(told.map(({ kind, attempt, body }) => [kind, attempt, body])).toEqual([
      ["delivery_accepted", "attempt-1", { ...of("a", hash), via: "tool", work_unit: "w-1", schema_hash: schema }],
      ["delivery_accepted", null, { ...of("by-hand", HASH_OF_A), via: "tool", schema_hash: schema }],
      ["delivery_accepted", "attempt-1", { ...of("a", hash), via: "confirmed", work_unit: "w-1" }],
      ["withdrawn", "attempt-1", of("a", hash)],
    ]);
    expect(JSON.stringify(told)).not.toContain("secret");
    expect(verifyLog(rig.store).ok).toBe(true);
  });

  test("a refused delivery writes no event of a delivery", () => {
    const rig = new Rig();
    const before = kindsAndBodies(rig.store);
    expect(() => rig.deliver("a", A, { attempt: "never-began" })).toThrow("has ended");
    expect(kindsAndBodies(rig.store)).toEqual(before);
  });

  test("a refusal has its reason as a word, places and expectations, and never what was found", () => {
    const rig = new Rig();
    const violation = { path: "/n", keyword: "type", expected: "an integer" };
    recordRefusal(rig.store, null, "other_work_unit", null, { reason: `not "top secret"`, violations: [] });
    recordRefusal(rig.store, null, "invalid_artifact", "note", {
      reason: "it breaks its schema",
      violations: [{ ...violation, got: "top secret" } as typeof violation],
    });
    expect(kindsAndBodies(rig.store)).toEqual([
      ["delivery_refused", null, { reason: "other_work_unit" }],
      [
        "delivery_refused",
        null,
        { reason: "invalid_artifact", artifact_type: "note", violations: [violation], violation_count: 1 },
      ],
    ]);
  });

  test("of many and long violations only so much", () => {
    const rig = new Rig();
    const violations = Array.from({ length: 50 }, (_, index) => ({
      path: `/${index}${"x".repeat(1000)}`,
      expected: "nothing",
    }));
    recordRefusal(rig.store, null, "bad_arguments", "note", { reason: "", violations });
    const [body] = bodiesOf(rig.store, "delivery_refused");
    expect(body).toMatchObject({ violation_count: 50 });
    expect(body?.violations).toHaveLength(20);
    expect(JSON.stringify(body).length).toBeLessThan(6000);
  });

  test("what a success superseded", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    rig.deliver("a", A);
    rig.end("attempt-1", started, "delivered", [], [{ type: "note", id: id("a") }]);
    finishPendingOperations(rig.store, rig.workspace);
    const [kind, attempt, body] = kindsAndBodies(rig.store).at(-1) ?? [];
    expect([kind, attempt]).toEqual(["superseded", "attempt-1"]);
    expect(body).toEqual({
      artifact_type: "note",
      instance_id: "a",
      content_hash: HASH_OF_A,
      moment: expect.any(Number),
    });
    finishPendingOperations(rig.store, rig.workspace);
    expect(kindsAndBodies(rig.store).filter(([told]) => told === "superseded")).toHaveLength(1);
  });

  test("what a scan changed, in one event; nothing of one that changed nothing", async () => {
    const rig = new Rig();
    await rig.scan();
    expect(kindsAndBodies(rig.store)).toEqual([]);
    rig.put("note/a.json", A);
    rig.put("note/b.json", { title: 1 });
    await rig.scan();
    await rig.scan();
    rig.put("note/a.json", { title: "another" });
    rig.put("note/b.json", { title: 1 });
    await rig.scan();
    const schemas = { note: rig.types.get("note")?.hash };
    const counts = { new: 0, modified: 0, revalidated: 0, removed: 0, moment: expect.any(Number), schemas };
    const [hashOfB, hashOfNext] = [sha256Of('{"title":1}'), sha256Of('{"title":"another"}')];
    expect(kindsAndBodies(rig.store)).toEqual([
      [
        "scanned",
        null,
        {
          ...counts,
          new: 2,
          changes: [
            ["new", "note", "a", HASH_OF_A],
            ["new", "note", "b", hashOfB, { status: "invalid" }],
          ],
        },
      ],
      ["scanned", null, { ...counts, modified: 1, changes: [["modified", "note", "a", hashOfNext]] }],
    ]);
  });

  test("a scan's removals, in the event of its last batch", async () => {
    const rig = new Rig();
    rig.put("note/a.json", A);
    await rig.scan();
    rmSync(rig.path("note", "a.json"));
    rig.put("plan/p.json", A);
    await rig.scan();
    const [, , body] = kindsAndBodies(rig.store).at(-1) ?? [];
    expect(body).toMatchObject({
      new: 1,
      removed: 1,
      changes: [
        ["new", "plan", "p", HASH_OF_A],
        ["removed", "note", "a", HASH_OF_A],
      ],
    });
  });

  test("what a scan could not read, once, and that it can again", async () => {
    const rig = new Rig();
    mkdirSync(rig.path("note"), { recursive: true });
    const unreadable = Buffer.concat([Buffer.from(`${rig.path("note")}/`), Buffer.from([0xff]), Buffer.from(".json")]);
    writeFileSync(unreadable, "{}");
    await rig.scan();
    await rig.scan();
    rmSync(unreadable);
    await rig.scan();
    await rig.scan();
    expect(bodiesOf(rig.store, "scanned").map(({ changes, gaps }) => [changes, gaps])).toEqual([
      [[], [["note", "note/\ufffd.json", "its name is not valid UTF-8"]]],
      [[], []],
    ]);
  });

  test("a long list of changes as it is: cut, nothing could be told from it of what was then", async () => {
    const rig = new Rig();
    for (let index = 0; index < 1000; index++) rig.put(`note/n-${index}.json`, A);
    await rig.scan();
    expect(eventCount(rig.store, {})).toBe(1);
    const [body] = bodiesOf(rig.store, "scanned");
    expect(body).toMatchObject({ new: 1000 });
    const ids = Array.from({ length: 1000 }, (_, index) => `n-${index}`).sort();
    expect(body?.changes).toEqual(ids.map((name) => ["new", "note", name, HASH_OF_A]));
  });

  test("another methodology, once, and never while another is writing", () => {
    const directory = temporaryDirectory();
    const store = openStore(directory);
    const note = (fingerprint: string) =>
      noteMethodology(store, fingerprint, () => ({ body: EXAMPLES.methodology_changed, contents: [] }));
    note("one");
    note("one");
    note("two");
    note("one");
    const writer = openStore(directory);
    writer.connection.write(() => {
      const began = performance.now();
      note("three");
      expect(performance.now() - began).toBeLessThan(1000);
    });
    writer.close();
    note("one");
    const told = bodiesOf(store, "methodology_changed").map(({ fingerprint }) => fingerprint);
    expect(told).toEqual(["one", "two", "one"]);
    store.close();
  });
});

test("a moment in RFC 3339 is that moment, and what is no time is none", () => {
  for (const moment of [0, 1, 999_999, 1_790_000_000_123_456] as WallTime[])
    expect(wallTimeOf(rfc3339(moment))).toBe(moment);
  expect(rfc3339(1_790_000_000_000_007 as WallTime)).toBe("2026-09-21T14:13:20.000007Z");
  expect(wallTimeOf("2026-09-21t16:13:20.1234567+02:00")).toBe(1_790_000_000_123_456);
  for (const text of [
    "",
    "now",
    "2026-09-21",
    "2026-09-21T14:13:20",
    "2026-13-21T14:13:20Z",
    "14:13",
    "2026-02-31T00:00:00Z",
    "2026-02-29T23:00:00-02:00",
  ])
    expect(wallTimeOf(text)).toBeNull();
});

describe("a clock that is wrong", () => {
  const at = (store: Store, ...years: number[]) => {
    for (const year of years)
      store.connection.write(() => append(store.connection, RUN_STARTED, (Date.UTC(year, 0) * 1000) as WallTime));
  };

  test("dates what happens while it is, and nothing after it", () => {
    const { store } = new Rig();
    at(store, 2026, 2036, 2026);
    recordEvent(store, RUN_STARTED);
    const years = readEvents(store, {}).map((event) => rfc3339(event.at).slice(0, 4));
    expect(years).toEqual(["2026", "2036", "2026", String(new Date().getUTCFullYear())]);
    expect(verifyLog(store)).toMatchObject({ ok: true, events: 4 });
  });

  test("is told where it was put back last", () => {
    const { store } = new Rig();
    expect(clockWentBack(store)).toBe(null);
    at(store, 2025, 2026);
    expect(clockWentBack(store)).toBe(null);
    at(store, 2025, 2024, 2027);
    expect(clockWentBack(store)).toEqual({
      seq: 4,
      at: Date.UTC(2024, 0) * 1000,
      before: Date.UTC(2025, 0) * 1000,
    });
  });

  test("and set right by less than a second is nothing to tell", () => {
    const { store } = new Rig();
    const now = wallTime();
    for (const time of [now, now - 900_000])
      store.connection.write(() => append(store.connection, RUN_STARTED, time as WallTime));
    expect(clockWentBack(store)).toBe(null);
  });
});

test("nothing is appended to a log that ends with a number nobody can count on from", () => {
  const store = logOf(2);
  tamper(
    store,
    "INSERT INTO event SELECT 9223372036854775807, at, kind, attempt, body, prev, hash FROM event WHERE seq = 1",
  );
  expect(() => recordEvent(store, RUN_STARTED)).toThrow(/is damaged: .*`runa scan --rebuild`/);
});
