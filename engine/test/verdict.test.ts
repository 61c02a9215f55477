import type { WallTime } from "@runa/store";
import { wallTimeOf } from "@runa/store";
import { parseJson } from "@runa/store/json";
import { afterAll, describe, expect, test } from "vitest";
import { readPeople } from "../src/people/people-file.ts";
import { type Policy, policyInForce } from "../src/people/policy.ts";
import { signedText, verdictOf } from "../src/people/verdict.ts";
import { readPublicKey } from "../src/signature/public-key.ts";
import { Disk } from "./support/disk.ts";
import { makeKey, PretendedHardwareKey, publicLine, signedBy } from "./support/ssh.ts";

const disk = new Disk();
afterAll(() => disk[Symbol.dispose]());

const ANNA = makeKey(disk.path, "anna", "ed25519");
const BORIS = makeKey(disk.path, "boris", "ecdsa:256");
const STRANGER = makeKey(disk.path, "stranger", "ed25519");
const HARDWARE = new PretendedHardwareKey("sk-ssh-ed25519@openssh.com");

const policy = await policyOf(`[people.anna]
keys = [
  { key = "${publicLine(ANNA)}", valid_after = 2026-01-01, valid_before = 2026-07-01T12:00:00+02:00 },
  { key = "${HARDWARE.line}" },
]
[people.boris]
keys = [{ key = "${publicLine(BORIS)}" }]
`);
const SPRING = at("2026-04-01T00:00:00Z");

async function policyOf(people: string): Promise<Policy> {
  return policyInForce({ required: true, people: await readPeople("people.toml", Buffer.from(people)) }, null);
}

function at(text: string): WallTime {
  return wallTimeOf(text) as WallTime;
}

function decision(by: object = { name: "anna" }) {
  return {
    v: 1,
    type: "design-approval",
    id: "d",
    decision: "approved",
    by,
    at: "2026-04-01T00:00:00Z",
    note: "größer",
  };
}

/** A decision that a key has signed. */
function signed(file: string, by?: object, namespace?: string) {
  const made = decision(by);
  return { ...made, signature: signedBy(file, signedText(made), namespace === undefined ? {} : { namespace }) };
}

function fingerprintOf(file: string): string {
  const reading = readPublicKey(publicLine(file));
  return "key" in reading ? reading.key.fingerprint : reading.problem;
}

test("a decision is signed by the person whose key signed it", () => {
  const signed_ = { kind: "signed", person: "anna", key: fingerprintOf(ANNA) };
  expect(verdictOf(signed(ANNA), policy, SPRING)).toEqual(signed_);
  expect(verdictOf(signed(ANNA, { name: "anna", key: fingerprintOf(ANNA) }), policy, SPRING)).toEqual(signed_);
  expect(verdictOf(signed(BORIS, { name: "boris" }), policy, SPRING)).toMatchObject({
    kind: "signed",
    person: "boris",
  });
});

test("what is signed is the canonical JSON without the signature, every digit of it", () => {
  const { exact } = parseJson('{ "z": 9007199254740993, "signature": "x", "a": 1.0 }');
  expect(signedText(exact as Record<string, unknown>)).toBe('{"a":1,"z":9007199254740993}');
});

describe("a signature that does not count says why", () => {
  const one = signed(ANNA);
  const says = (kind: string, text: RegExp) => ({ kind, text: expect.stringMatching(text) as string });

  test.each([
    { title: "none", file: decision(), verdict: says("unsigned", /^it carries no signature$/) },
    { title: "no decision", file: [one], verdict: says("unsigned", /no signature/) },
    { title: "no text", file: { ...one, signature: 1 }, verdict: says("unreadable", /not taken: it is no text$/) },
    { title: "broken", file: { ...one, signature: "x" }, verdict: says("unreadable", /not one whole/) },
    {
      title: "made for a commit",
      file: signed(ANNA, undefined, "git"),
      verdict: says("wrong_namespace", /was made for 'git', not for a decision$/),
    },
    {
      title: "a stranger's",
      file: signed(STRANGER),
      verdict: says("unknown_key", /SHA256:\S+, which is the key of none/),
    },
    {
      title: "somebody else's",
      file: signed(BORIS),
      verdict: says("another_person", /^it is signed by boris with SHA256:\S+, and names another$/),
    },
    {
      title: "by another key than it says",
      file: signed(ANNA, { name: "anna", key: "SHA256:x" }),
      verdict: says("another_person", /signed by anna/),
    },
    { title: "nobody named", file: signed(ANNA, []), verdict: says("another_person", /signed by anna/) },
    {
      title: "a changed note",
      file: { ...one, note: "kleiner" },
      verdict: says("forged", /changed after it was signed$/),
    },
    { title: "a new member", file: { ...one, work_unit: "u" }, verdict: says("forged", /changed after/) },
    { title: "a new id", file: { ...one, id: "e" }, verdict: says("forged", /changed after/) },
  ])("$title", ({ file, verdict }) => {
    expect(verdictOf(file, policy, SPRING)).toEqual(verdict);
  });

  test("a hardware key that nobody touched", () => {
    const made = decision();
    const by = (flags: number) => ({ ...made, signature: HARDWARE.sign(signedText(made), flags) });
    expect(verdictOf(by(1), policy, SPRING)).toMatchObject({ kind: "signed", person: "anna" });
    expect(verdictOf(by(0), policy, SPRING)).toMatchObject({ kind: "untouched" });
  });

  test("a key before and after its time, whatever the decision says of when it was made", () => {
    const kindAt = (time: string) => verdictOf(one, policy, at(time)).kind;
    expect(kindAt("2025-12-31T23:59:59.999999Z")).toBe("key_not_valid");
    expect(kindAt("2026-01-01T00:00:00Z")).toBe("signed");
    expect(kindAt("2026-07-01T09:59:59.999999Z")).toBe("signed");
    expect(kindAt("2026-07-01T10:00:00Z")).toBe("key_not_valid");
    expect(verdictOf(one, policy, at("2026-07-02T00:00:00Z"))).toMatchObject({
      text: `it is signed with ${fingerprintOf(ANNA)}, which is anna's until 2026-07-01T10:00:00.000000Z only, and it was made at 2026-07-02T00:00:00.000000Z`,
    });
  });

  test("a person who has left, and one who has come back with the same key", async () => {
    const without = await policyOf(`[people.boris]\nkeys = [{ key = "${publicLine(BORIS)}" }]\n`);
    expect(verdictOf(one, policy, SPRING).kind).toBe("signed");
    expect(verdictOf(one, without, SPRING).kind).toBe("unknown_key");
    expect(verdictOf(one, policy, SPRING).kind).toBe("signed");
  });
});
