import { join } from "node:path";
import type { ContentHash, InstanceRef } from "../artifact.ts";
import { contentOf } from "../workspace/content.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { readRegularFile } from "../workspace/read-file.ts";
import { type Content, contentNamed } from "./content.ts";

/** An instance as it was found; its content can be had while its file is as it was. */
export interface FoundInstance extends InstanceRef {
  readonly contentHash: ContentHash;
}

/** The contents of instances, read from their files when they are asked for. */
export function instanceContents(workspace: string, instances: readonly FoundInstance[]): Content[] {
  return instances.map(({ type, id, contentHash }) =>
    contentNamed(contentHash, () => hashedIn(join(workspace, type, fileNameOf(id)), contentHash)),
  );
}

/** What a file holds, as its hash is taken of it; null where it does not hold that any more, or cannot be read. */
function hashedIn(file: string, hash: ContentHash): string | Buffer | null {
  try {
    const read = readRegularFile(file);
    const found = read === null ? null : contentOf(read.bytes);
    return found?.hash === hash ? found.hashed : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}
