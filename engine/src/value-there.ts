import { join } from "node:path";
import type { InstanceState } from "@runa/store/attempts";
import { contentOf, fileNameOf, readRegularFile } from "@runa/store/files";

/** What an artifact's file holds, with every digit; undefined where it cannot be read, or does not have that content any more. */
export function valueThere(workspace: string, { type, id, contentHash }: InstanceState): unknown {
  let bytes: Buffer | undefined;
  try {
    bytes = readRegularFile(join(workspace, type, fileNameOf(id)))?.bytes;
  } catch {
    return undefined;
  }
  if (bytes === undefined) return undefined;
  const { hash, content } = contentOf(bytes);
  if (hash !== contentHash || "malformed" in content) return undefined;
  return content.exact ?? content.value;
}
