import type { ContentHash, InstanceId, WallTime } from "@runa/store";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Deciders, type Decision, inOrder, isEntitled } from "../src/decisions/decision.ts";
import { entitledApprovals, standingOn } from "../src/decisions/standing.ts";
import type { People } from "../src/people/person.ts";
import { standingIn } from "./model/standing.ts";
import { approvalOf } from "./support/builders.ts";

const LEGAL = { name: "legal", annotation: approvalOf("design") };
const SECURITY = { name: "security", annotation: approvalOf("design", { min: 2, role: "security", notAuthor: true }) };
const TYPES = [LEGAL, SECURITY];
const PEOPLE = ["anna", "ben", "cleo"];
const EVERYBODY: Deciders = { people: null };

interface Sketch {
  readonly by: string;
  readonly says: "legal" | "security" | "rejected" | "revoked";
  readonly on: string;
  readonly attested: boolean;
  readonly valid: boolean;
  readonly author: string | null;
}

function decision({ by, says, on, attested, valid, author }: Sketch, index: number): Decision {
  const isApproval = says === "legal" || says === "security";
  return {
    type: isApproval ? says : "rejection",
    id: `d${index}` as InstanceId,
    contentHash: `sha256:d${index}` as ContentHash,
    verdict: isApproval ? "approved" : says,
    subject: { type: "design", id: "d" as InstanceId, contentHash: on as ContentHash },
    workUnit: null,
    by,
    author,
    at: index as WallTime,
    attested,
    valid,
  };
}

const sketches: fc.Arbitrary<Sketch> = fc.record({
  by: fc.constantFrom(...PEOPLE),
  says: fc.constantFrom("legal", "security", "rejected", "revoked"),
  on: fc.constantFrom("one", "one", "two"),
  attested: fc.constantFrom(true, true, true, false),
  valid: fc.constantFrom(true, true, true, false),
  author: fc.constantFrom(null, "anna"),
});

const people: fc.Arbitrary<Deciders> = fc.oneof(
  fc.constant(EVERYBODY),
  fc.dictionary(fc.constantFrom(...PEOPLE), fc.subarray(["security"])).map((roles) => ({
    people: peopleWith(roles),
  })),
);

function peopleWith(roles: Readonly<Record<string, readonly string[]>>): People {
  return new Map(
    Object.entries(roles).map(([name, own]) => [
      name,
      { name, git: [], keys: [], roles: own, may: [], tokenSha256: null },
    ]),
  );
}

const ids = (decisions: readonly Decision[]) => decisions.map(({ id }) => id).sort();

test("what stands is what the specification says, word for word", () => {
  fc.assert(
    fc.property(fc.array(sketches, { maxLength: 12 }), people, (drafts, deciders) => {
      const decisions = drafts.map(decision);
      const entitled = (approval: Decision) =>
        isEntitled(approval, approval.type === "legal" ? LEGAL.annotation : SECURITY.annotation, deciders);
      const known = deciders.people === null ? null : new Set(deciders.people.keys());
      for (const content of ["one", "two", "three"]) {
        const { approvals, rejections, revocations } = standingOn(decisions, content as ContentHash, TYPES, deciders);
        const model = standingIn(decisions, content, known, entitled);
        expect(ids([...approvals, ...rejections, ...revocations])).toEqual(ids(model));
        expect(approvals.every(({ verdict }) => verdict === "approved")).toBe(true);
        expect(rejections.every(({ verdict }) => verdict === "rejected")).toBe(true);
      }
    }),
    { numRuns: 5000 },
  );
});

test("of each person one approval by a type counts, and only of those whom it asks for", () => {
  fc.assert(
    fc.property(fc.array(sketches, { maxLength: 12 }), people, (drafts, deciders) => {
      const standing = standingOn(drafts.map(decision), "one" as ContentHash, TYPES, deciders);
      for (const type of TYPES) {
        const counting = entitledApprovals(standing, type, deciders);
        const names = counting.map(({ by }) => by);
        expect(new Set(names).size).toBe(names.length);
        for (const { by, author } of counting) {
          if (type === LEGAL || deciders.people !== null) expect(deciders.people?.has(by) ?? true).toBe(true);
          if (type === SECURITY) {
            expect(deciders.people?.get(by)?.roles).toEqual(["security"]);
            expect(by).not.toBe(author);
          }
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe("what stands", () => {
  const by = (name: string, says: Sketch["says"], rest: Partial<Sketch> = {}): Sketch => ({
    by: name,
    says,
    on: "one",
    attested: true,
    valid: true,
    author: null,
    ...rest,
  });
  const stands = (drafts: readonly Sketch[], deciders = EVERYBODY, content = "one") => {
    const { approvals, rejections } = standingOn(drafts.map(decision), content as ContentHash, TYPES, deciders);
    return [...approvals, ...rejections].map((one) => `${one.by} ${one.verdict}`);
  };

  test("does not come back with a content that was replaced and decided on", () => {
    const drafts = [by("anna", "legal"), by("ben", "rejected", { on: "two" })];
    expect(stands(drafts.slice(0, 1))).toEqual(["anna approved"]);
    expect(stands(drafts)).toEqual([]);
    expect(stands(drafts, EVERYBODY, "two")).toEqual(["ben rejected"]);
  });

  test("is not undone by taking the newer file away, and not done by forging one", () => {
    expect(stands([by("anna", "legal"), by("anna", "rejected", { valid: false })])).toEqual(["anna rejected"]);
    expect(stands([by("anna", "legal"), by("anna", "revoked", { valid: false })])).toEqual([]);
    expect(stands([by("anna", "rejected"), by("anna", "legal", { attested: false })])).toEqual(["anna rejected"]);
    expect(stands([by("anna", "rejected"), by("anna", "legal", { valid: false })])).toEqual([]);
    const forged = { attested: false };
    expect(stands([by("anna", "rejected"), by("anna", "revoked", forged)])).toEqual(["anna rejected"]);
    expect(stands([by("anna", "rejected"), by("ben", "legal", { ...forged, on: "two" })])).toEqual(["anna rejected"]);
    expect(stands([by("anna", "legal"), by("anna", "revoked", forged)])).toEqual([]);
    const left = { people: peopleWith({ ben: [] }) };
    expect(stands([by("anna", "rejected"), by("ben", "revoked", forged)], left)).toEqual(["anna rejected"]);
  });

  test("of somebody who has left is their rejection, until somebody who may decides otherwise", () => {
    const left = { people: peopleWith({ ben: [], cleo: ["security"] }) };
    const rejected = by("anna", "rejected");
    expect(stands([by("anna", "legal"), rejected], left)).toEqual(["anna rejected"]);
    expect(stands([rejected, by("ben", "security")], left)).toEqual(["ben approved", "anna rejected"]);
    expect(stands([rejected, by("ben", "legal")], left)).toEqual(["ben approved"]);
    expect(stands([rejected, by("cleo", "security")], left)).toEqual(["cleo approved"]);
    expect(stands([rejected, by("ben", "revoked")], left)).toEqual([]);
  });
});

test("decisions that the log tells of keep its order, others are put among them by their time", () => {
  const at = (...times: number[]) => times.map((time) => ({ at: time as WallTime, own: times.length > 2 }));
  expect(inOrder(at(10, 5, 20), []).map((one) => one.at)).toEqual([10, 5, 20]);
  expect(inOrder(at(10, 5, 20), at(7, 15)).map((one) => one.at)).toEqual([7, 10, 5, 15, 20]);
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(50)), (logged, others) => {
      const own = logged.map((time, seq) => ({ at: time as WallTime, seq }));
      const foreign = others.sort((a, b) => a - b).map((time) => ({ at: time as WallTime, seq: -1 }));
      const order = inOrder(own, foreign);
      expect(order.filter(({ seq }) => seq >= 0)).toEqual(own);
      expect(order.filter(({ seq }) => seq < 0)).toEqual(foreign);
    }),
  );
});
