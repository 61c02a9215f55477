import type { CandidateName } from "@runa/store";
import { sha256 } from "@runa/store/json";

/** So many bytes an instance id may have (contract.md section 8). */
const MAX_BYTES = 128;

/** Stands for what was cut off a name that is too long: 128 bits of the hash of the whole. */
const DIGEST_DIGITS = 32;

/** What lies beside a candidate's own file, under a name of its own. */
export type Beside = "given_up";

/**
 * The name of a candidate's file, without a suffix (decisions.md section 5): `implement`, `implement@unit-7`, and beside it
 * `implement@unit-7+given_up`. No two candidates have the same one, it is an instance id, and it reads as what it names:
 * letters, digits, `_`, `-` and single dots stand for themselves, everything else as `%` and its UTF-8 bytes. Of a name that
 * would be too long the beginning is kept, followed by `=` and a hash of all of it.
 */
export function candidateFile({ protocol, workUnit }: CandidateName, beside?: Beside): string {
  const unit = workUnit === null ? "" : `@${escaped(workUnit)}`;
  const whole = `${escaped(protocol)}${unit}${beside === undefined ? "" : `+${beside}`}`;
  return Buffer.byteLength(whole) <= MAX_BYTES ? whole : shortened(whole);
}

function escaped(name: string): string {
  return name.replace(/[^\p{L}\p{N}_]/gu, (char, at: number) => {
    const isInside = at > 0 && at + char.length < name.length;
    if (char === "-" && at > 0) return char;
    if (char === "." && isInside && name[at - 1] !== ".") return char;
    return percent(char);
  });
}

/** Half a surrogate pair has no bytes: it is written as what it is. */
function percent(char: string): string {
  if (!char.isWellFormed()) return `%u${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return Array.from(Buffer.from(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

function shortened(whole: string): string {
  const digest = sha256(whole).slice("sha256:".length, "sha256:".length + DIGEST_DIGITS);
  let kept = "";
  for (const char of whole) {
    if (Buffer.byteLength(kept + char) + 1 + DIGEST_DIGITS > MAX_BYTES) break;
    kept += char;
  }
  return `${kept}=${digest}`;
}
