import type { Random } from "./random.ts";

const ESCAPE = "\u001b[31mred\u001b[0m";

/** Texts that have broken programs before, as names, keys and values. */
const TEXTS: readonly string[] = [
  "",
  " ",
  "\t",
  ".",
  "..",
  "...",
  ".hidden",
  "../outside",
  "a/../../outside",
  "/etc/passwd",
  "C:\\windows",
  "a/b",
  "a\\b",
  "a\0b",
  "a\nb",
  "a\r\nb",
  "a\rb",
  "\u0085",
  "\u2028",
  "\u007f",
  ESCAPE,
  "\u202egnp.exe",
  "\u2066isolated\u2069",
  "zero\u200bwidth",
  "\ufeffmarked",
  "\u00adsoft",
  "\u{e0041}tagged",
  "é",
  "e\u0301",
  "ﬀ",
  "İ",
  "ß",
  "👩‍👩‍👧",
  "\ud800",
  "\udc00x",
  "x\ud83d",
  "\ufffd",
  "\uffff",
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "valueOf",
  "-x",
  "--help",
  "--",
  "$(id)",
  "`id`",
  "%s%n%00",
  "'; DROP TABLE artifact; --",
  '"quoted"',
  "#",
  "# Heading",
  "=",
  "[table]",
  "{}",
  "null",
  "NaN",
  "-0",
  "1e999",
  "9007199254740993",
  "work_unit",
  "instance_id",
  "artifact",
  "x.json",
  "CON",
  "x".repeat(128),
  "x".repeat(129),
  "é".repeat(64),
  "é".repeat(65),
  "x".repeat(255),
  "x".repeat(256),
  "long ".repeat(2000),
];

// Where a code point is picked from: ASCII, controls, Latin, the general punctuation that hides things, surrogates,
// private use, and beyond the basic plane.
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7f],
  [0x20, 0x7f],
  [0x00, 0x20],
  [0x7f, 0x250],
  [0x2000, 0x2070],
  [0xd800, 0xe000],
  [0xe000, 0xe010],
  [0xfff0, 0x10000],
  [0x1f600, 0x1f650],
  [0xe0000, 0xe0080],
];

/** A text that nobody means well with. */
export function hostileText(random: Random): string {
  switch (random.below(4)) {
    case 0:
      return random.some(24, () => hostileCharacter(random)).join("");
    case 1:
      return random.pick(TEXTS) + random.pick(TEXTS);
    default:
      return random.pick(TEXTS);
  }
}

function hostileCharacter(random: Random): string {
  const [from, to] = random.pick(RANGES);
  const code = from + random.below(to - from);
  // Half a surrogate pair is no code point, but JavaScript's strings hold it.
  return code >= 0xd800 && code < 0xe000 ? String.fromCharCode(code) : String.fromCodePoint(code);
}
