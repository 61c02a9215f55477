import { createHash } from "node:crypto";

/** What a file name of 128 bytes leaves for the readable part, beside a hash. */
const LONGEST = 119;

/**
 * The id under which a type is delivered: its name, and the work unit's where there is one, since an instance belongs
 * to one work unit only. Always the same for the same two, and always a safe file name.
 */
export function instanceIdFor(artifactType: string, workUnit: string | undefined): string {
  const wanted = workUnit === undefined ? artifactType : `${artifactType}-${workUnit}`;
  const safe = wanted
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/\.{2,}/g, "-")
    .replace(/^\.+/, "-");
  if (safe === wanted && Buffer.byteLength(safe) <= LONGEST) return safe;
  // What had to be changed gets a hash, so that two names never end up as one.
  let short = safe;
  while (Buffer.byteLength(short) > LONGEST) short = [...short].slice(0, -1).join("");
  return `${short}-${createHash("sha256").update(wanted).digest("hex").slice(0, 8)}`;
}
