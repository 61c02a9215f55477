import { describe, expect, test } from "vitest";
import { toolNames } from "../src/tool-name.ts";

function named(...types: string[]): (string | undefined)[] {
  const names = toolNames(types);
  return types.map((type) => names.get(type));
}

describe("tool names", () => {
  test("a name that every client accepts stays", () => {
    const longest = "x".repeat(53);
    expect(named("design", "needs-revision", "a_B-9", longest)).toEqual(["design", "needs-revision", "a_B-9", longest]);
  });

  test("other names are shortened, with a part of their hash", () => {
    expect(named("release notes", "größe", "a.b")).toEqual([
      "release_notes_03fffb85",
      "gr__e_d353a267",
      "a_b_2e7336dc",
    ]);
    expect(named("y".repeat(54))).toEqual([`${"y".repeat(44)}_c324817f`]);
  });

  test("names that shorten alike stay apart, whatever their order", () => {
    const [one, two] = named("a b", "a.b");
    expect(one).not.toBe(two);
    expect(named("a.b", "a b")).toEqual([two, one]);
  });

  test("a shortened name never takes the name of another type", () => {
    const [wanted = ""] = named("a b");
    const [odd, plain] = named("a b", wanted);
    expect(plain).toBe(wanted);
    expect(odd).toMatch(/^a_b_[0-9a-f]{9}$/);
  });

  test("every name is one that clients accept", () => {
    for (const name of named("", "日本語".repeat(30), "a\u0000b", "-", "x".repeat(400)))
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,53}$/);
  });
});
