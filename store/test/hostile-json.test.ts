import { describe, expect, test } from "vitest";
import { contentHash } from "../src/json/canonical.ts";
import { JsonError, parseJson, parseJsonBytes } from "../src/json/parse.ts";

// Inputs that make a careless parser take quadratic time, or memory by the gigabyte. What is linear takes some tens of
// milliseconds here; what is not, minutes. Processor time, in milliseconds: how busy the machine is has no say.
const BOUND = 3_000;
const MB = 1_000_000;

function timed<T>(work: () => T): T {
  const started = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(BOUND);
  return result;
}

const canonicalOf = (text: string) => timed(() => parseJsonBytes(Buffer.from(text)).canonical);

function messageOf(text: string): string {
  return timed(() => {
    try {
      parseJson(text);
    } catch (error) {
      if (error instanceof JsonError) return error.message;
      throw error;
    }
    return "accepted";
  });
}

describe("numbers of a megabyte", () => {
  test("digits", () => {
    const nines = "9".repeat(MB);
    expect(canonicalOf(nines)).toBe(`9.${"9".repeat(MB - 1)}e+999999`);
    expect(canonicalOf(`0.${nines}`)).toBe(`0.${nines}`);
    expect(canonicalOf(`-${nines}.${nines}E-999999`)).toBe(`-9.${"9".repeat(2 * MB - 1)}`);
  });

  test("zeros: before, between, behind", () => {
    const zeros = "0".repeat(MB);
    expect(canonicalOf(`1${zeros}`)).toBe("1e+1000000");
    expect(canonicalOf(`1${zeros}.${zeros}`)).toBe("1e+1000000");
    expect(canonicalOf(`0.${zeros}1`)).toBe("1e-1000001");
    expect(canonicalOf(`0.${zeros}1e1000001`)).toBe("1");
    expect(canonicalOf(`0.${zeros}`)).toBe("0");
    expect(canonicalOf(`1${zeros}1${zeros}1`)).toBe(`1.${zeros}1${zeros}1e+2000002`);
    expect(canonicalOf(`-0.${zeros}e${zeros}`)).toBe("0");
    expect(canonicalOf(`1e${zeros}`)).toBe("1");
    expect(canonicalOf(`1e-${zeros}7`)).toBe("1e-7");
  });

  test("exponents", () => {
    expect(canonicalOf("1e999999999")).toBe("1e+999999999");
    expect(canonicalOf("1e-999999999")).toBe("1e-999999999");
    expect(canonicalOf("0e999999999")).toBe("0");
    const nines = "9".repeat(MB);
    expect(canonicalOf(`1e${nines}`)).toBe(`1e+${nines}`);
    expect(canonicalOf(`10e${nines}`)).toBe(`1e+1${"0".repeat(MB)}`);
    expect(canonicalOf(`0.1e-${nines}`)).toBe(`1e-1${"0".repeat(MB)}`);
    expect(canonicalOf(`10e-1${"0".repeat(MB)}`)).toBe(`1e-${nines}`);
    expect(canonicalOf(`0e${nines}`)).toBe("0");
  });

  test("many long ones", () => {
    const one = "9007199254740993";
    expect(canonicalOf(`[${`${one}, `.repeat(60_000)}1]`)).toBe(`[${`${one},`.repeat(60_000)}1]`);
  });
});

describe("strings of five megabytes", () => {
  test.each([
    ["plain", "a"],
    ["of escapes", "\\n"],
    ["of quotes", '\\"'],
    ["of pairs", "😀"],
  ])("%s", (_, unit) => {
    const text = `"${unit.repeat((5 * MB) / unit.length)}"`;
    expect(canonicalOf(text) === text).toBe(true);
  });

  test("of spelled-out letters", () => {
    expect(canonicalOf(`"${"\\u0061".repeat(MB)}"`) === `"${"a".repeat(MB)}"`).toBe(true);
  });

  test("as keys, also twice: the error does not repeat them", () => {
    const key = `"${"k".repeat(5 * MB)}"`;
    expect(canonicalOf(`{${key}:1}`) === `{${key}:1}`).toBe(true);
    expect(messageOf(`{${key}:1,${key}:2}`).length).toBeLessThan(200);
  });

  test("never closed, or closed by half a pair", () => {
    expect(messageOf(`"${"a".repeat(5 * MB)}`)).toBe("unterminated string at line 1, column 1");
    expect(messageOf(`"${"a".repeat(5 * MB)}\\ud800"`)).toBe("half a surrogate pair in a string at line 1, column 1");
  });
});

describe("wide and deep", () => {
  test.each([
    ["arrays", "[0,", "]"],
    ["objects", '{"a":0,"b":', "}"],
  ])("a long text at the bottom of 512 %s is not copied at each of them", (_, open, close) => {
    const document = `${open.repeat(512)}"${"a".repeat(40 * MB)}"${close.repeat(512)}`;
    expect(timed(() => contentHash(parseJson(document).canonical))).toMatch(/^sha256:/);
  });

  test("half a million items, a hundred thousand keys", () => {
    const array = `[${"0,".repeat(500_000)}0]`;
    expect(canonicalOf(array) === array).toBe(true);
    const keys = Array.from({ length: 100_000 }, (_, at) => `"${String(at).padStart(6, "0")}":0`);
    expect(canonicalOf(`{${[...keys].reverse().join(",")}}`) === `{${keys.join(",")}}`).toBe(true);
  });

  test("white space only, and an error behind ten million lines", () => {
    expect(messageOf(" ".repeat(5 * MB))).toBe(`unexpected end of the text at line 1, column ${5 * MB + 1}`);
    expect(messageOf(`${"\n".repeat(10 * MB)}x`)).toBe(`unexpected character at line ${10 * MB + 1}, column 1`);
  });
});
