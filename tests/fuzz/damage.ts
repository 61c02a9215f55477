import type { Random } from "./random.ts";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const BREAKERS = [
  "\0",
  "\ud800",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "=",
  "\n",
  "\r",
  "#",
  "\u0001",
  "'''",
  '"""',
];

/** A file as it may be after a crash, a wrong editor, a bad disk or ill will; sometimes left as it is. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  let result = bytes;
  for (let left = random.below(3); left > 0; left--) result = damagedOnce(result, random);
  return result;
}

function damagedOnce(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const splice = (inserted: Uint8Array, removed = 0) =>
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
  switch (random.below(12)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return bytes.subarray(at);
    case 2:
      return Buffer.concat([BOM, bytes]);
    case 3:
      return Buffer.from(bytes.toString("utf8").replaceAll("\n", random.pick(["\r\n", "\r", "\u2028"])), "utf8");
    case 4:
      return splice(random.bytes(1 + random.below(8)));
    case 5:
      return splice(Buffer.from(random.pick(BREAKERS), "utf8"));
    case 6:
      return splice(Buffer.alloc(0), 1 + random.below(16));
    case 7:
      return splice(bytes.subarray(at, at + random.below(80)));
    case 8:
      return Buffer.from(bytes.toString("latin1"), "utf16le");
    case 9:
      return splice(Buffer.alloc(1 + random.below(4096)));
    case 10: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
    default:
      return random.bytes(random.below(300));
  }
}
