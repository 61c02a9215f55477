import type { Instance, InstanceRef, Rebuilt, ScanReport } from "@runa/store";
import type { OpenProject } from "../project/project.ts";
import { type GapEntry, gapEntry, type UnhealthyEntry, unhealthyEntries } from "./unhealthy.ts";

/** What a scan found (`runa scan`). */
export interface ScanAnswer {
  readonly version: 1;
  readonly kind: "scan";
  readonly methodology: string;
  /** With --rebuild: what became of the store. */
  readonly rebuilt?: {
    /** Where the damaged file was put; left out where it was sound, or there was none. */
    readonly damaged?: string;
    readonly incomplete: boolean;
    readonly attempts: number;
    readonly events: number;
  };
  readonly new: readonly InstanceEntry[];
  readonly modified: readonly InstanceEntry[];
  readonly revalidated: readonly InstanceEntry[];
  readonly removed: readonly InstanceEntry[];
  /** How many. */
  readonly unchanged: number;
  readonly unhealthy: readonly UnhealthyEntry[];
  readonly not_read: readonly GapEntry[];
  readonly passed_over: readonly string[];
  readonly unrecognized: readonly string[];
}

interface InstanceEntry {
  readonly artifact_type: string;
  readonly instance_id: string;
}

/**
 * A scan's report as a document.
 * @param unhealthy every instance that is not valid
 * @param rebuilt what became of the store, where it was made anew before
 */
export function scanAnswer(
  { methodology }: OpenProject,
  report: ScanReport,
  unhealthy: readonly Instance[],
  rebuilt: Rebuilt | null,
): ScanAnswer {
  return {
    version: 1,
    kind: "scan",
    methodology: methodology.name,
    ...(rebuilt !== null && {
      rebuilt: {
        ...(rebuilt.damaged !== null && { damaged: rebuilt.damaged }),
        incomplete: rebuilt.incomplete,
        ...rebuilt.kept,
      },
    }),
    new: report.new.map(instanceEntry),
    modified: report.modified.map(instanceEntry),
    revalidated: report.revalidated.map(instanceEntry),
    removed: report.removed.map(instanceEntry),
    unchanged: report.unchanged,
    unhealthy: unhealthyEntries(unhealthy),
    not_read: report.gaps.map(gapEntry),
    passed_over: report.passedOver,
    unrecognized: report.unrecognized,
  };
}

function instanceEntry({ type, id }: InstanceRef): InstanceEntry {
  return { artifact_type: type, instance_id: id };
}
