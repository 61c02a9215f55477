import type { InstanceId } from "../artifact.ts";

const SUFFIX = ".json";
const MAX_BYTES = 128;

/** The instance id that a directory entry holds, or null for a name that is passed over (contract.md section 4). */
export function instanceIdOf(fileName: string): InstanceId | null {
  if (fileName.startsWith(".") || !fileName.endsWith(SUFFIX)) return null;
  return fileName.slice(0, -SUFFIX.length) as InstanceId;
}

/** The file name of an instance. */
export function fileNameOf(id: InstanceId): string {
  return id + SUFFIX;
}

/**
 * Why a string cannot be an instance id that is delivered, or null when it can (contract.md section 8): not empty, no
 * leading dot, no separators, no `..`, no control characters, at most 128 bytes.
 */
export function instanceIdProblem(id: string): string | null {
  if (id === "") return "it is empty";
  if (id.startsWith(".")) return "it begins with a dot";
  if (/[/\\]/.test(id)) return "it contains a path separator";
  if (id.includes("..")) return "it contains '..'";
  if (/[\p{Cc}\u2028\u2029]/u.test(id)) return "it contains a control character";
  if (!id.isWellFormed()) return "it contains half a surrogate pair";
  if (Buffer.byteLength(id) > MAX_BYTES) return `it is over ${MAX_BYTES} bytes long`;
  return null;
}
