import type { WallTime } from "@runa/store";
import { type ContentCount, type Pruned, prunable, pruneContents } from "@runa/store/contents";
import { sourceHashes } from "../methodology/sources.ts";
import { thisPerson } from "../process/person.ts";
import { daysAgo, type Keep, keepText } from "../project/config/keep.ts";
import { type OpenProject, scanProject } from "../project/project.ts";

/** What of the kept contents was removed, or would be (`runa gc`). */
export interface GcAnswer {
  readonly version: 1;
  readonly kind: "gc";
  readonly dry_run: boolean;
  /** `[history] keep`. */
  readonly keep: string;
  readonly removed: ContentCount;
  readonly kept: ContentCount;
  /** Files that no content is in, removed as well. */
  readonly stray_files: number;
}

/**
 * Removes contents that are older than what is kept and that nothing rests on any more (decisions 6).
 * @throws StoreError, or what a scan throws
 */
export async function collectContents(project: OpenProject, dryRun: boolean): Promise<GcAnswer> {
  const { store, config, methodology } = project;
  // What lies there now is in use, also what was put there since the last look.
  await scanProject(project);
  const { hash: policy } = await project.policy();
  const inUse = [...sourceHashes(methodology).values(), policy];
  const pruning = { before: oldestKept(config.keep), inUse, actor: thisPerson() };
  const pruned: Pruned = dryRun ? prunable(store, pruning) : pruneContents(store, pruning);
  return {
    version: 1,
    kind: "gc",
    dry_run: dryRun,
    keep: keepText(config.keep),
    removed: pruned.removed,
    kept: pruned.kept,
    stray_files: pruned.strayFiles,
  };
}

/** Since when everything is kept; null for ever. */
function oldestKept(keep: Keep): WallTime | null {
  if (keep === "all") return null;
  return daysAgo(keep === "none" ? 0 : keep.days);
}
