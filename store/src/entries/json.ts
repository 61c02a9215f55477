// JSON: reading it strictly, its canonical form, its pointers.

export { canonicalJson, contentHash, sha256 } from "../json/canonical.ts";
export { ExactNumber } from "../json/exact-number.ts";
export { type Loss, lossesOf } from "../json/losses.ts";
export { JsonError, MAX_BYTES, MAX_DEPTH, parseJson, parseJsonBytes } from "../json/parse.ts";
export { escapedStep, unescapedStep } from "../json/pointer.ts";
