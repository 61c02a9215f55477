import { expect, test } from "vitest";
import { openStore, type Store } from "../src/connection/store.ts";
import { authorOf } from "../src/record/decision-log.ts";
import { confirmArtifact } from "../src/record/delivery.ts";
import { recordEvent } from "../src/record/event-log.ts";
import { append } from "../src/record/event-table.ts";
import { readSnapshot } from "../src/snapshot.ts";
import { EXAMPLES, HASH } from "./event-examples.ts";
import { id, Rig } from "./rig.ts";

const DECISION = EXAMPLES.decision;

function decide(store: Store, body: Partial<typeof DECISION> = {}): void {
  store.connection.write(() =>
    append(store.connection, { kind: "decision", attempt: null, body: { ...DECISION, ...body } }),
  );
}

const logged = (store: Store) => readSnapshot(store, ["note"], [], [null], { decisions: true }).logged;

test("decisions are read in the log's order, each whole, and only where they are asked for", () => {
  const { store } = new Rig();
  decide(store);
  recordEvent(store, { kind: "project_initialised", attempt: null, body: EXAMPLES.project_initialised });
  const { work_unit: _unit, author: _author, key: _key, policy: _policy, actor: _actor, ...least } = DECISION;
  store.connection.write(() =>
    append(store.connection, { kind: "decision", attempt: null, body: { ...least, decision: "revoked", by: "ben" } }),
  );
  const whole = {
    type: "note-approval",
    id: "d-1",
    contentHash: HASH,
    seq: 1,
    verdict: "approved",
    subject: { type: "note", id: "n-1", contentHash: HASH },
    workUnit: "w-1",
    by: "anna",
    author: "ben",
    key: "SHA256:key",
  };
  expect(logged(store).map(({ at: _at, ...decision }) => decision)).toEqual([
    whole,
    { ...whole, seq: 3, verdict: "revoked", workUnit: null, by: "ben", author: null, key: null },
  ]);
  expect(readSnapshot(store, ["note"], [], [null]).logged).toEqual([]);
});

test("what was read before stays, what came since is added, also by another process", () => {
  const rig = new Rig();
  decide(rig.store);
  const before = logged(rig.store);
  expect(logged(rig.store)).toBe(before);
  const other = openStore(rig.store.directory);
  decide(other, { instance_id: "d-2" });
  other.close();
  expect(logged(rig.store).map((decision) => decision.id)).toEqual(["d-1", "d-2"]);
  expect(logged(rig.store)[0]).toBe(before[0]);
});

test("a row that somebody edited is read anew, and decides nothing where it is no decision", () => {
  const rig = new Rig();
  decide(rig.store);
  expect(logged(rig.store)).toHaveLength(1);
  const { database } = rig.store.connection;
  database.exec("DROP TRIGGER event_is_final");
  database.prepare("UPDATE event SET hash = 'another', body = json_remove(body, '$.subject')").run();
  expect(logged(rig.store)).toEqual([]);
});

test("decisions and changes of the methodology are found by the index, whatever else the log holds", () => {
  const { store } = new Rig();
  const { database } = store.connection;
  const plan = (query: string) =>
    (database.prepare(`EXPLAIN QUERY PLAN ${query}`).all() as { detail: string }[]).map(({ detail }) => detail);
  for (const kind of ["decision", "methodology_changed", "audited"])
    expect(plan(`SELECT * FROM event WHERE kind = '${kind}' AND seq > 4 ORDER BY seq`)).toEqual([
      "SEARCH event USING INDEX event_of_kind (kind=? AND seq>?)",
    ]);
});

test("the author of a content is who ran the attempt that delivered it last", () => {
  const rig = new Rig();
  const started = rig.begin("a-1", null, { actor: { kind: "person", name: "anna" } });
  rig.deliver("n-1", { title: "one" }, { attempt: "a-1" });
  rig.end("a-1", started, "delivered", [{ type: "note", id: id("n-1") }]);
  const { connection } = rig.store;
  const delivered = rig.row("note", "n-1");
  expect(authorOf(connection, delivered)).toBe("anna");
  expect(authorOf(connection, { ...delivered, id: id("n-2") })).toBe(null);

  // Who confirms it, or puts the same there by hand, has not made it.
  rig.begin("a-2", null, { actor: { kind: "person", name: "ben" } });
  confirmArtifact(rig.store, { ...rig.deliverer({}), attempt: "a-2" }, "note", id("n-1"));
  rig.deliver("n-1", { title: "one" });
  expect(authorOf(connection, delivered)).toBe("anna");
});
