import type { InstanceId, Store } from "@runa/store";
import { type FoundContent, readContent } from "@runa/store/contents";
import { contentOf, readRegularFile } from "@runa/store/files";
import { instancePath } from "../plan/plan.ts";
import type { Project } from "../project/project.ts";

/** A content that an instance has or had: as it is kept, or else from its file, where that still holds it. */
export function instanceContent(
  project: Project & { readonly store: Store },
  type: string,
  id: InstanceId,
  hash: string,
): FoundContent {
  const kept = readContent(project.store, hash);
  if (kept.kind === "kept" || kept.kind === "forgotten") return kept;
  try {
    const file = readRegularFile(instancePath(project, type, id));
    const found = file === null ? null : contentOf(file.bytes);
    return found?.hash === hash ? { kind: "kept", bytes: Buffer.from(found.hashed) } : kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return kept;
  }
}
