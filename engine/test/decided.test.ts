import type { Instance } from "@runa/store";
import { describe, expect, test } from "vitest";
import { type DecidedSnapshot, decidedSnapshot } from "../src/decisions/decided.ts";
import { approvedList, countingList, gatedList } from "../src/decisions/gates.ts";
import type { Signatures } from "../src/decisions/signatures.ts";
import type { Methodology } from "../src/methodology/methodology.ts";
import { approvalOf, declare, instanceOf, methodologyOf, rejectionOf, snapshotOf, unit } from "./support/builders.ts";
import { decided } from "./support/decisions.ts";

const TYPES = ["design", "legal", "security", "rejection"];
const METHODOLOGY = methodologyOf(
  TYPES,
  [
    declare("implement", { requires: ["design", "legal"], accepts: ["security"] }),
    declare("publish", { requires: ["design"], accepts: ["legal"] }),
  ],
  {
    legal: approvalOf("design"),
    security: approvalOf("design", { min: 2 }),
    rejection: rejectionOf("design"),
  },
);
const BOTH = gatedList("design", ["legal", "security"]);
const D1 = instanceOf("design", "d1", { hash: "d1" });
const D2 = instanceOf("design", "d2", { hash: "d2", workUnit: "w" });

type Made = ReturnType<typeof decided>;

function lookAt(
  instances: readonly Instance[],
  decisions: readonly Made[],
  rest: { required?: boolean; signatures?: Signatures; methodology?: Methodology } = {},
): DecidedSnapshot {
  const { required = false, signatures = null, methodology = METHODOLOGY } = rest;
  const snapshot = snapshotOf(TYPES, [...instances, ...decisions.map(({ file }) => file)]);
  const logged = decisions.map((one) => one.logged);
  const deciding = { policy: { required, people: null }, signatures, endOf: () => null };
  return decidedSnapshot({ ...snapshot, logged }, methodology, deciding) as DecidedSnapshot;
}

const told = ({ instances }: DecidedSnapshot, name: string) =>
  (instances.get(name) ?? []).map(({ id, status }) => `${id} ${status}`);
const ids = ({ instances }: DecidedSnapshot, name: string) => (instances.get(name) ?? []).map(({ id }) => id);

test("where a methodology has no decisions the snapshot stays as it is", () => {
  const snapshot = snapshotOf(["design"], [D1]);
  const plain = methodologyOf(["design"], []);
  expect(
    decidedSnapshot(snapshot, plain, {
      policy: { required: false, people: null },
      signatures: null,
      endOf: () => null,
    }),
  ).toBe(snapshot);
});

test("decisions concern a protocol that names a type of them, in whatever place", () => {
  const protocols = [
    declare("requires", { requires: ["legal"] }),
    declare("accepts", { accepts: ["rejection"] }),
    declare("listens", { trigger: { type: "on_artifact", name: "security" } }),
    declare("neither", { requires: ["design"], produces: ["code"] }),
  ];
  const types = { legal: approvalOf("design"), security: approvalOf("design"), rejection: rejectionOf("design") };
  const { decisions } = lookAt([D1], [], { methodology: methodologyOf(TYPES, protocols, types) });
  expect(protocols.filter((protocol) => decisions.concern(protocol)).map(({ name }) => name)).toEqual([
    "requires",
    "accepts",
    "listens",
  ]);
});

test("an approval counts from as many people as it takes, and until a rejection stands", () => {
  const legal = decided("legal", "a1", D1, { at: 5 });
  const security = decided("security", "a2", D1, { at: 6 });
  const again = decided("security", "a3", D1, { at: 7 });
  const other = decided("security", "a4", D1, { by: "ben", at: 8 });
  const third = decided("security", "a5", D1, { by: "cleo", at: 9 });
  const rejection = decided("rejection", "r1", D1, { verdict: "rejected", by: "dora", at: 10 });

  const pending = lookAt([D1], [legal, security, again]);
  expect(told(pending, "security")).toEqual(["a2 stale", "a3 valid"]);
  expect(pending.instances.get(approvedList("legal"))).toEqual([
    { ...D1, type: "legal", lastModified: 5, deliveredAt: null, mtime: null },
  ]);
  expect(ids(pending, approvedList("security"))).toEqual([]);
  expect(ids(pending, countingList("security"))).toEqual([]);
  expect(ids(pending, BOTH)).toEqual([]);

  const enough = lookAt([D1], [legal, security, again, other, third]);
  expect(ids(enough, countingList("security"))).toEqual(["a3", "a4", "a5"]);
  expect(ids(enough, BOTH)).toEqual(["d1"]);
  expect(enough.instances.get(approvedList("security"))?.map(({ lastModified }) => lastModified)).toEqual([8]);

  const outweighed = lookAt([D1], [legal, security, again, other, third, rejection]);
  expect(told(outweighed, "legal")).toEqual(["a1 valid"]);
  expect(ids(outweighed, countingList("legal"))).toEqual([]);
  expect(ids(outweighed, countingList("rejection"))).toEqual(["r1"]);
  expect(ids(outweighed, BOTH)).toEqual([]);
});

test("of several instances each is approved for itself; what is not valid is seen as ever", () => {
  const broken = instanceOf("design", "d3", { status: "invalid" });
  const snapshot = lookAt([D1, D2, broken], [decided("legal", "a1", D2, { workUnit: "w" })]);
  const { instances } = snapshot;
  expect(ids(snapshot, gatedList("design", ["legal"]))).toEqual(["d2", "d3"]);
  expect(ids(snapshot, "design")).toEqual(["d1", "d2", "d3"]);
  const inUnit = (name: string, id: string) => instances.forWorkUnit(name, unit(id)).map((one) => one.id);
  expect(inUnit(gatedList("design", ["legal"]), "w")).toEqual(["d2", "d3"]);
  expect(inUnit(gatedList("design", ["legal"]), "v")).toEqual(["d3"]);
  expect(inUnit(approvedList("legal"), "w")).toEqual(["d2"]);
  expect([...instances.scopedTypes()].sort()).toEqual(
    [
      "design",
      "legal",
      approvedList("legal"),
      approvedList("security"),
      countingList("legal"),
      countingList("security"),
      gatedList("design", ["legal"]),
      BOTH,
    ].sort(),
  );
  expect(instances.summaries("legal").get(unit("w"))).toMatchObject({ total: 1, valid: 1 });
  expect([...instances.keys()]).toEqual(TYPES);
});

describe("a file counts for nothing", () => {
  const attested = decided("legal", "a1", D1);
  const NOT_ATTESTED = "not attested: decisions are made with runa approve";
  const said = (snapshot: DecidedSnapshot, type: string) =>
    (snapshot.instances.get(type) ?? []).map(({ status, violations }) => [
      status,
      ...violations.map((one) => one.message),
    ]);

  test("that nobody made, was copied to another id or type, or edited", () => {
    const files = [
      instanceOf("legal", "a2", { hash: "of a1" }),
      instanceOf("security", "a1", { hash: "of a1" }),
      instanceOf("rejection", "r1"),
      instanceOf("legal", "a3", { status: "malformed" }),
    ];
    const snapshot = lookAt([D1, ...files], [attested]);
    expect(said(snapshot, "legal")).toEqual([
      ["invalid", NOT_ATTESTED],
      ["malformed", "expected an object, got 3"],
      ["valid"],
    ]);
    expect(said(snapshot, "security")).toEqual([["invalid", NOT_ATTESTED]]);
    expect(said(snapshot, "rejection")).toEqual([["invalid", NOT_ATTESTED]]);
    const edited = { ...attested, file: instanceOf("legal", "a1", { hash: "edited" }) };
    expect(said(lookAt([D1], [edited]), "legal")).toEqual([["invalid", NOT_ATTESTED]]);
    expect(ids(lookAt([D1], [edited]), gatedList("design", ["legal"]))).toEqual([]);
  });

  test("that does not fit its schema, and keeps what is wrong with it", () => {
    const unfit = { ...attested, file: { ...attested.file, status: "invalid" as const, violations: [] } };
    expect(said(lookAt([D1], [unfit]), "legal")).toEqual([["invalid"]]);
    expect(ids(lookAt([D1], [unfit]), countingList("legal"))).toEqual([]);
  });

  test("whose subject has changed, has gone or is not valid", () => {
    for (const subjects of [[instanceOf("design", "d1", { hash: "new" })], [], [{ ...D1, status: "invalid" as const }]])
      expect(said(lookAt(subjects, [attested]), "legal")).toEqual([["stale"]]);
  });

  test("that is of a type which is for something else by now", () => {
    const other = methodologyOf(TYPES, [], { legal: approvalOf("plan"), security: rejectionOf("design") });
    expect(said(lookAt([D1], [attested], { methodology: other }), "legal")).toEqual([["invalid", NOT_ATTESTED]]);
    const wrong = decided("security", "a1", D1);
    expect(said(lookAt([D1], [wrong], { methodology: other }), "security")).toEqual([["invalid", NOT_ATTESTED]]);
  });
});

test("a revocation withdraws, is no approval itself, and stays until something newer", () => {
  const approval = decided("legal", "a1", D1);
  const revocation = decided("legal", "a2", D1, { verdict: "revoked" });
  const snapshot = lookAt([D1], [approval, revocation]);
  expect(told(snapshot, "legal")).toEqual(["a1 stale", "a2 valid"]);
  expect(ids(snapshot, countingList("legal"))).toEqual([]);
  const again = lookAt([D1], [approval, revocation, decided("legal", "a3", D1)]);
  expect(told(again, "legal")).toEqual(["a1 stale", "a2 stale", "a3 valid"]);
  expect(ids(again, countingList("legal"))).toEqual(["a3"]);
});

describe("where files are signed", () => {
  const signed = decided("legal", "a1", D1, { by: "anna" });
  const { seq: _seq, key: _key, ...said } = signed.logged;
  const signatures = (good: readonly string[]): Signatures => ({
    verify: ({ id }) => (good.includes(id) ? { kind: "signed" } : { kind: "refused", text: "it is not signed" }),
    read: (file) =>
      good.includes(file.id)
        ? { ...said, id: file.id, contentHash: file.contentHash, attested: true }
        : "not attested: it is not signed",
  });

  test("a signature attests what the log does not know", () => {
    const foreign = { logged: decided("legal", "elsewhere", D2).logged, file: signed.file };
    const snapshot = lookAt([D1], [foreign], { signatures: signatures(["a1"]) });
    expect(told(snapshot, "legal")).toEqual(["a1 valid"]);
    expect(ids(snapshot, gatedList("design", ["legal"]))).toEqual(["d1"]);
    const unsigned = lookAt([D1], [foreign], { signatures: signatures([]) });
    expect(told(unsigned, "legal")).toEqual(["a1 invalid"]);
  });

  test("and where they are required the log alone does not", () => {
    const required = (good: readonly string[]) =>
      lookAt([D1], [signed], { required: true, signatures: signatures(good) });
    expect(told(required(["a1"]), "legal")).toEqual(["a1 valid"]);
    const refused = required([]);
    expect(refused.instances.get("legal")?.[0]?.violations.map(({ message }) => message)).toEqual([
      "not attested: it is not signed",
    ]);
    expect(ids(refused, gatedList("design", ["legal"]))).toEqual([]);
  });
});
