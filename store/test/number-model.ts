// A second, slow opinion on decimal numbers: exact integers only, no double anywhere.

/** An exact decimal: `mantissa × 10^exponent`; the mantissa has no trailing zero, and zero is `0 × 10^0`. */
export interface Exact {
  readonly mantissa: bigint;
  readonly exponent: bigint;
}

export function exactly(literal: string): Exact {
  const [before = "", power = "0"] = literal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = before.split(".");
  let mantissa = BigInt(whole + fraction);
  if (whole.startsWith("-")) mantissa = -BigInt(whole.slice(1) + fraction);
  if (mantissa === 0n) return { mantissa, exponent: 0n };
  let exponent = BigInt(power) - BigInt(fraction.length);
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent += 1n;
  }
  return { mantissa, exponent };
}

/** How ECMAScript's Number::toString lays out a decimal, whether a double holds it or not. */
export function laidOut({ mantissa, exponent }: Exact): string {
  if (mantissa === 0n) return "0";
  const sign = mantissa < 0n ? "-" : "";
  const digits = String(mantissa < 0n ? -mantissa : mantissa);
  const size = BigInt(digits.length) + exponent;
  if (exponent >= 0n && size <= 21n) return sign + digits + "0".repeat(Number(exponent));
  if (size > 0n && size <= 21n) return `${sign}${digits.slice(0, Number(size))}.${digits.slice(Number(size))}`;
  if (size > -6n && size <= 0n) return `${sign}0.${"0".repeat(Number(-size))}${digits}`;
  const power = size - 1n;
  const point = digits.length > 1 ? "." : "";
  return `${sign}${digits[0]}${point}${digits.slice(1)}e${power < 0n ? "-" : "+"}${power < 0n ? -power : power}`;
}

/** The canonical form that a number literal must have. */
export function modelNumber(literal: string): string {
  return laidOut(exactly(literal));
}

/** Choices that decide how one decimal is spelled. */
export interface Spelling {
  /** How many digits stand before the point; none or fewer means leading zeros after it. */
  readonly before: number;
  readonly trailingZeros: number;
  readonly mark: "e" | "E";
  readonly plus: boolean;
  readonly exponentZeros: number;
  readonly alwaysExponent: boolean;
}

/** One of the many JSON literals of `±digits × 10^exponent`; the first digit is not 0. */
export function spelled(negative: boolean, digits: string, exponent: number, how: Spelling): string {
  const { before } = how;
  const whole = before <= 0 ? "0" : digits.slice(0, before).padEnd(before, "0");
  const fraction = (before <= 0 ? "0".repeat(-before) + digits : digits.slice(before)) + "0".repeat(how.trailingZeros);
  const power = exponent + digits.length - before;
  let text = (negative ? "-" : "") + whole + (fraction === "" ? "" : `.${fraction}`);
  if (power !== 0 || how.alwaysExponent) {
    const sign = power < 0 ? "-" : how.plus ? "+" : "";
    text += how.mark + sign + "0".repeat(how.exponentZeros) + Math.abs(power);
  }
  return text;
}
