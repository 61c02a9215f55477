import { join } from "node:path";
import { type Instance, type WallTime, wallTimeOf } from "@runa/store";
import { contentOf, fileNameOf, readRegularFile } from "@runa/store/files";

/** When the attempt ended that the file of a record names; null where it tells no time, or cannot be read any more. */
export function recordEnd(workspace: string, { type, id, contentHash }: Instance): WallTime | null {
  const bytes = bytesOf(join(workspace, type, fileNameOf(id)));
  const read = bytes === null ? null : contentOf(bytes);
  if (read === null || read.hash !== contentHash || "malformed" in read.content) return null;
  const { value } = read.content;
  if (typeof value !== "object" || value === null || !("ended" in value)) return null;
  return typeof value.ended === "string" ? wallTimeOf(value.ended) : null;
}

function bytesOf(path: string): Buffer | null {
  try {
    return readRegularFile(path)?.bytes ?? null;
  } catch {
    return null;
  }
}
