import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../src/json/canonical.ts";
import { compareNumbers, ExactNumber, isMultipleOf, isWhole, type JsonNumber } from "../src/json/exact-number.ts";
import { canonicalNumber } from "../src/json/number.ts";
import { parseExactly, parseJson } from "../src/json/parse.ts";
import { exactly, modelNumber, type Spelling, spelled } from "./number-model.ts";

const spelling: fc.Arbitrary<Spelling> = fc.record({
  before: fc.integer({ min: -8, max: 48 }),
  trailingZeros: fc.nat(4),
  mark: fc.constantFrom("e", "E"),
  plus: fc.boolean(),
  exponentZeros: fc.nat(3),
  alwaysExponent: fc.boolean(),
});
const digits = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 40 }))
  .map(([first, rest]) => first + rest);
const exponent = fc.oneof(
  fc.integer({ min: -30, max: 30 }),
  fc.integer({ min: -400, max: 400 }),
  fc.integer({ min: -1e15, max: 1e15 }),
);

// Appendix B of RFC 8785: the bits of a double, and its text.
const RFC_8785_NUMBERS = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
] as const;

const LITERALS = [
  ["1", "1"],
  ["1.0", "1"],
  ["1e0", "1"],
  ["10e-1", "1"],
  ["0.1E+1", "1"],
  ["0.00100e3", "1"],
  ["-0", "0"],
  ["-0.0e99", "0"],
  ["0e-999999999", "0"],
  ["-1.50", "-1.5"],
  ["1e21", "1e+21"],
  ["1e20", "100000000000000000000"],
  ["0.000001", "0.000001"],
  ["0.0000001", "1e-7"],
  // What a double does not hold keeps every digit.
  ["9007199254740992", "9007199254740992"],
  ["9007199254740993", "9007199254740993"],
  ["9007199254740993.0", "9007199254740993"],
  ["9.007199254740993e15", "9007199254740993"],
  ["123456789012345678901", "123456789012345678901"],
  ["1234567890123456789012", "1.234567890123456789012e+21"],
  ["0.1", "0.1"],
  ["0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"],
  ["0.0000012345678901234567890123", "0.0000012345678901234567890123"],
  ["0.00000012345678901234567890123", "1.2345678901234567890123e-7"],
  ["1e400", "1e+400"],
  ["-1e400", "-1e+400"],
  ["1e-400", "1e-400"],
  ["4.9e-324", "4.9e-324"],
  ["1e999999999", "1e+999999999"],
  ["12e-999999999", "1.2e-999999998"],
  ["1e100000000000000000000", "1e+100000000000000000000"],
  ["0.1e100000000000000000000", "1e+99999999999999999999"],
  ["100e999999999999999999999999999998", "1e+1000000000000000000000000000000"],
  ["0.01e1000000000000000000000000000001", "1e+999999999999999999999999999999"],
  ["100e-1000000000000000000000000000001", "1e-999999999999999999999999999999"],
  ["0.1e-999999999999999999999999999999", "1e-1000000000000000000000000000000"],
] as const;

describe("canonical numbers", () => {
  test.each(RFC_8785_NUMBERS)("the double %s of RFC 8785 is %s", (bits, text) => {
    const double = Buffer.from(bits, "hex").readDoubleBE();
    expect(canonicalJson(double)).toBe(text);
    expect(canonicalNumber(text)).toBe(text);
  });

  test.each(LITERALS)("%s is %s", (literal, text) => {
    expect(canonicalNumber(literal)).toBe(text);
    expect(parseJson(literal).canonical).toBe(text);
    expect(canonicalNumber(text)).toBe(text);
  });

  test("every double is written as RFC 8785 does", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(canonicalNumber(JSON.stringify(double))).toBe(JSON.stringify(double));
      }),
      { numRuns: 1000 },
    );
  });

  test("every spelling of a decimal has the one form that the exact model gives it", () => {
    fc.assert(
      fc.property(fc.boolean(), digits, exponent, spelling, (negative, all, power, how) => {
        const literal = spelled(negative, all, power, how);
        expect(canonicalNumber(literal)).toBe(modelNumber(`${negative ? "-" : ""}${all}e${power}`));
      }),
      { numRuns: 3000 },
    );
  });

  test("nothing is lost: the form denotes the same decimal, and is its own form", () => {
    fc.assert(
      fc.property(fc.boolean(), digits, exponent, spelling, (negative, all, power, how) => {
        const literal = spelled(negative, all, power, how);
        const canonical = canonicalNumber(literal);
        expect(exactly(canonical)).toEqual(exactly(literal));
        expect(canonicalNumber(canonical)).toBe(canonical);
      }),
      { numRuns: 1000 },
    );
  });

  test("neighbours that one double stands for stay apart", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (whole) => {
        expect(canonicalNumber(String(whole))).not.toBe(canonicalNumber(String(whole + 1n)));
      }),
    );
  });

  test("exponents of any length are added to exactly", () => {
    const long = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.string({ unit: fc.constantFrom("0", "5", "9"), maxLength: 60 }))
      .map(([first, rest]) => first + rest);
    fc.assert(
      fc.property(digits, fc.nat(40), long, fc.constantFrom("", "+", "-"), (all, zeros, power, sign) => {
        for (const literal of [`${all}e${sign}${power}`, `0.${"0".repeat(zeros)}${all}e${sign}${power}`])
          expect(canonicalNumber(literal)).toBe(modelNumber(literal));
      }),
      { numRuns: 2000 },
    );
  });
});

test("numbers that a double would round come with their digits besides", () => {
  const { value, exact } = parseJson('[1.0, 9007199254740993, 1e400, -0, 1e-400, {"a": 0.10000000000000000001}]');
  expect(value).toEqual([1, 9007199254740992, Number.POSITIVE_INFINITY, -0, 0, { a: 0.1 }]);
  expect(exact).toEqual([
    1,
    new ExactNumber("9007199254740993"),
    new ExactNumber("1e+400"),
    -0,
    // Tiny, but not nothing.
    new ExactNumber("1e-400"),
    { a: new ExactNumber("0.10000000000000000001") },
  ]);
});

test("without such a number there is only the value", () => {
  for (const text of ["-0.0", '{"a":[1.50,"9007199254740993"]}'])
    expect(parseExactly(text)).not.toHaveProperty("exact");
});

describe("decimal arithmetic", () => {
  const exact = (literal: string): JsonNumber => {
    const { value, exact = value } = parseJson(literal);
    return exact as JsonNumber;
  };
  /** A decimal as an integer of units of 10^-60. */
  const scaled = (literal: string): bigint => {
    const [, sign, whole, fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(literal) ?? [];
    const units = BigInt(`${whole}${fraction}`) * 10n ** BigInt(60 - fraction.length + Number(power));
    return sign === "-" ? -units : units;
  };
  const literal = fc
    .tuple(fc.constantFrom("", "-"), fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.integer({ min: -25, max: 12 }))
    .map(([sign, digits, power]) => `${sign}${digits}e${power}`);
  const divisor = fc
    .tuple(
      fc.oneof(fc.bigInt({ min: 1n, max: 40n }), fc.bigInt({ min: 1n, max: 10n ** 20n })),
      fc.integer({ min: -8, max: 8 }),
    )
    .map(([digits, power]) => `${digits}e${power}`);

  test("compares as integers of small units do", () => {
    fc.assert(
      fc.property(literal, literal, fc.boolean(), (a, other, same) => {
        const b = same ? a.replace("e", ".0e") : other;
        const [left, right] = [scaled(a), scaled(b)];
        expect(Math.sign(compareNumbers(exact(a), exact(b)))).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  test("divides as integers of small units do", () => {
    fc.assert(
      fc.property(literal, divisor, fc.bigInt({ min: -1000n, max: 1000n }), fc.boolean(), (any, by, times, fits) => {
        const value = fits ? `${BigInt(by.split("e")[0] ?? "") * times}e${by.split("e")[1]}` : any;
        expect(isMultipleOf(exact(value), exact(by))).toBe(scaled(value) % scaled(by) === 0n);
        expect(isWhole(exact(value))).toBe(scaled(value) % 10n ** 60n === 0n);
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[string, string, boolean]>([
    ["19.99", "0.01", true],
    ["8.69", "0.01", true],
    ["0.075", "0.01", false],
    ["4.35", "0.05", true],
    ["1e308", "0.123456789", false],
    ["1e-7", "1e-8", true],
    ["9007199254740993", "2", false],
    ["9007199254740994", "2", true],
    ["0.1000000000000000000001", "0.1", false],
    ["1e999999999999", "3", false],
    ["3e999999999999", "3", true],
    ["1e999999999999", "1e-999999999999", true],
    ["1e-999999999999", "0.1", false],
    ["-0.0", "0.01", true],
  ])("%s is a multiple of %s: %s", (value, by, expected) => {
    expect(isMultipleOf(exact(value), exact(by))).toBe(expected);
  });

  test("a number of a million digits takes no time to speak of", () => {
    const long = exact(`${"9".repeat(1_000_000)}`);
    expect(isMultipleOf(long, 9)).toBe(true);
    expect(isMultipleOf(long, 0.07)).toBe(false);
    expect(compareNumbers(long, 1e308)).toBe(1);
  });
});
