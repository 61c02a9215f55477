/** A decimal as its significant digits and the position of its point: `0.<digits> × 10^point`. Zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly point: bigint;
}

/**
 * The canonical form of a JSON number literal (contract.md section 4). Every spelling of a number that a double holds
 * becomes what RFC 8785 writes; one that a double would round keeps every digit, laid out by the same rules, so that
 * `9007199254740993` is not `9007199254740992`.
 */
export function canonicalNumber(literal: string): string {
  const rounded = String(Number(literal));
  if (rounded === literal) return rounded;
  const far = literal.length > FAR_DIGITS ? FAR.exec(literal) : null;
  if (far !== null) return layOutFar(far[1] ?? "", far[2] === "-", far[3] ?? "");
  const exact = decimal(literal);
  if (exact.digits === "") return "0";
  if (Number.isFinite(Number(literal))) {
    const held = decimal(rounded);
    if (held.digits === exact.digits && held.point === exact.point) return rounded;
  }
  return layOut(exact);
}

/** Whether a double holds a JSON number as it is written: with the same digits. */
export function isHeldByDouble(literal: string): boolean {
  return canonicalNumber(literal) === String(Number(literal));
}

// An exponent so long that the text before it, however long, cannot bring the point back near the digits.
const FAR_DIGITS = 20;
const FAR = /^(.*?)[eE]([+-]?)0*([1-9][0-9]{19,})$/;

/** The layout of `mantissa × 10^±power`, in time linear to the text: a BigInt takes more to read and to write. */
function layOutFar(mantissa: string, below: boolean, power: string): string {
  const { negative, digits, point } = decimal(mantissa);
  if (digits === "") return "0";
  const exponent = plus(power, below ? 1n - point : point - 1n);
  return `${negative ? "-" : ""}${scientific(digits)}e${below ? "-" : "+"}${exponent}`;
}

const TAIL = 18;

/** A long natural number and a small integer, added: the last digits and a carry. */
function plus(number: string, small: bigint): string {
  const tail = BigInt(number.slice(-TAIL)) + small;
  const limit = 10n ** BigInt(TAIL);
  const carry = tail < 0n ? -1 : tail >= limit ? 1 : 0;
  const low = String(tail - BigInt(carry) * limit).padStart(TAIL, "0");
  return (carried(number.slice(0, -TAIL), carry) + low).replace(/^0+/, "");
}

function carried(number: string, carry: -1 | 0 | 1): string {
  if (carry === 0) return number;
  const [rolls, over] = carry === 1 ? ["9", "0"] : ["0", "9"];
  let end = number.length;
  while (end > 0 && number[end - 1] === rolls) end--;
  const turned = end === 0 ? "1" : number.slice(0, end - 1) + (Number(number[end - 1]) + carry);
  return turned + over.repeat(number.length - end);
}

/** A JSON number, or a double as JavaScript writes it. */
export function decimal(literal: string): Decimal {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(literal) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  // Not a regular expression: `0+$` takes quadratic time on a long run of zeros that something follows.
  let end = all.length;
  while (end > leading && all[end - 1] === "0") end--;
  const digits = all.slice(leading, end);
  return { negative: sign === "-", digits, point: BigInt(exponent) + BigInt(whole.length - leading) };
}

/** ECMAScript's Number::toString, over any number of digits. */
function layOut({ negative, digits, point }: Decimal): string {
  const sign = negative ? "-" : "";
  const count = BigInt(digits.length);
  if (point > 0n && point <= 21n) {
    if (count <= point) return sign + digits.padEnd(Number(point), "0");
    return `${sign}${digits.slice(0, Number(point))}.${digits.slice(Number(point))}`;
  }
  if (point > -6n && point <= 0n) return `${sign}0.${"0".repeat(Number(-point))}${digits}`;
  const exponent = point - 1n;
  return `${sign}${scientific(digits)}e${exponent < 0n ? "" : "+"}${exponent}`;
}

function scientific(digits: string): string {
  return digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
}
