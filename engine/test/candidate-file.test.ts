import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instanceIdProblem } from "../../store/src/entries/files.ts";
import type { WorkUnit } from "../../store/src/index.ts";
import { candidateFile } from "../src/candidate-file.ts";

const file = (protocol: string, workUnit: string | null = null, beside?: "given_up") =>
  candidateFile({ protocol, workUnit: workUnit as WorkUnit | null }, beside);

/** Names as people give them, and such as nobody would: separators, escapes, dots, controls, halves of pairs. */
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "B", "1", ".", "-", "_", "@", "+", "=", "%", "/", "\\", " ", "é", "\u202e") }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "x", "%", "u") }),
  fc.string({ unit: "grapheme", minLength: 60, maxLength: 90 }),
);
const candidate = fc.record({
  protocol: name,
  workUnit: fc.option(name, { nil: null }),
  beside: fc.constantFrom(undefined, "given_up" as const),
});

describe("the name of a candidate's file", () => {
  test.for([
    ["implement", null, "implement"],
    ["implement", "unit-7", "implement@unit-7"],
    ["Review_2", "WU.7", "Review_2@WU.7"],
    ["größe", "Ωmega", "größe@Ωmega"],
    ["implement", "", "implement@"],
    ["a@b", null, "a%40b"],
    ["a", "b+given_up", "a@b%2Bgiven_up"],
    ["two words", "50%", "two%20words@50%25"],
    [".hidden", "..", "%2Ehidden@%2E%2E"],
    ["v1..2.", null, "v1.%2E2%2E"],
    ["-rf", "/etc/passwd", "%2Drf@%2Fetc%2Fpasswd"],
    ["a\nb", "\u202egnp", "a%0Ab@%E2%80%AEgnp"],
    ["\ud800", null, "%uD800"],
  ] as const)("of '%s' and %s is %s", ([protocol, workUnit, expected]) => {
    expect(file(protocol, workUnit)).toBe(expected);
  });

  test("what was given up has a name of its own beside it", () => {
    expect(file("implement", "unit-7", "given_up")).toBe("implement@unit-7+given_up");
  });

  test("a name that is too long keeps its beginning and ends with a hash of all of it", () => {
    const [one, other] = [file("p", `${"x".repeat(200)}1`), file("p", `${"x".repeat(200)}2`)];
    expect(one).toMatch(/^p@x{93}=[0-9a-f]{32}$/);
    expect(other).not.toBe(one);
  });

  test("is an instance id, whatever the names are", () => {
    fc.assert(
      fc.property(candidate, ({ protocol, workUnit, beside }) => {
        fc.pre(protocol !== "");
        expect(instanceIdProblem(file(protocol, workUnit, beside))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  test("is another one for every other candidate", () => {
    fc.assert(
      fc.property(candidate, candidate, (one, other) => {
        const isSame =
          one.protocol === other.protocol && one.workUnit === other.workUnit && one.beside === other.beside;
        expect(
          file(one.protocol, one.workUnit, one.beside) === file(other.protocol, other.workUnit, other.beside),
        ).toBe(isSame);
      }),
      { numRuns: 5000 },
    );
  });

  test("stays another one where the same characters stand elsewhere", () => {
    const names = fc.string({
      unit: fc.constantFrom("a", "@", "+", "%", "4", "0", "=", "."),
      minLength: 1,
      maxLength: 3,
    });
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(names, fc.option(names, { nil: null }), (protocol, workUnit) => {
        const key = JSON.stringify([protocol, workUnit]);
        const found = file(protocol, workUnit);
        expect(seen.get(found) ?? key).toBe(key);
        seen.set(found, key);
      }),
      { numRuns: 5000 },
    );
  });
});
