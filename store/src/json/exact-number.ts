import { type Decimal, decimal } from "./number.ts";

/** A number that a double would round, with every digit: in the spelling of canonical JSON. */
export class ExactNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }

  /** The nearest double. */
  rounded(): number {
    return Number(this.digits);
  }

  toString(): string {
    return this.digits;
  }
}

/** A number of a JSON text, without loss. A double stands for the decimal that JavaScript writes it as. */
export type JsonNumber = number | ExactNumber;

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

function decimalOf(value: JsonNumber): Decimal {
  return decimal(value instanceof ExactNumber ? value.digits : String(value));
}

/** Below zero when `a` is the smaller one, above when `b` is, zero when they are equal. */
export function compareNumbers(a: JsonNumber, b: JsonNumber): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [decimalOf(a), decimalOf(b)];
  const sign = signOf(left);
  if (sign !== signOf(right)) return sign - signOf(right);
  if (left.point !== right.point) return left.point < right.point ? -sign : sign;
  return left.digits === right.digits ? 0 : left.digits < right.digits ? -sign : sign;
}

function signOf({ negative, digits }: Decimal): number {
  return digits === "" ? 0 : negative ? -1 : 1;
}

export function isWhole(value: JsonNumber): boolean {
  if (typeof value === "number") return Number.isInteger(value);
  const { digits, point } = decimalOf(value);
  return point >= BigInt(digits.length);
}

/** Whether a decimal is a multiple of another one above zero, in decimal arithmetic: 19.99 is one of 0.01. */
export function isMultipleOf(value: JsonNumber, divisor: JsonNumber): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return Number(value) % Number(divisor) === 0;
  const [dividend, by] = [decimalOf(value), decimalOf(divisor)];
  if (dividend.digits === "") return true;
  const power = exponentOf(dividend) - exponentOf(by);
  // The digits end in no zero, so they are no multiple of ten.
  if (power < 0n) return false;
  return remainder(dividend.digits, withoutFactorsOfTen(BigInt(by.digits), power)) === 0n;
}

/** The power of ten that the digits, as an integer, are multiplied with. */
function exponentOf({ digits, point }: Decimal): bigint {
  return point - BigInt(digits.length);
}

/** What is left of a divisor of `n × 10^power` that `n` itself has to be a multiple of; the power may be enormous. */
function withoutFactorsOfTen(divisor: bigint, power: bigint): bigint {
  let left = divisor;
  for (const prime of [2n, 5n]) for (let times = 0n; times < power && left % prime === 0n; times++) left /= prime;
  return left;
}

const PIECE = 15;

/** In time linear to the digits: reading them as one BigInt takes more. */
function remainder(digits: string, divisor: bigint): bigint {
  let rest = 0n;
  for (let at = 0; at < digits.length; at += PIECE) {
    const piece = digits.slice(at, at + PIECE);
    rest = (rest * 10n ** BigInt(piece.length) + BigInt(piece)) % divisor;
  }
  return rest;
}

/** A value with a double for each number. */
export function rounded(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.rounded();
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}

/** Whether a value is or holds a number that doubles do not hold. */
export function holdsExactNumber(value: unknown): boolean {
  if (value instanceof ExactNumber) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsExactNumber);
}
