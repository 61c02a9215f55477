import type { Instance, InstanceStatus, ScanGap, Violation } from "@runa/store";

/** An instance that is not valid, and why. */
export interface UnhealthyEntry {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly status: Exclude<InstanceStatus, "valid">;
  readonly violations: readonly Violation[];
}

export function unhealthyEntries(instances: readonly Instance[]): UnhealthyEntry[] {
  return instances.flatMap(({ type, id, status, violations }) =>
    status === "valid" ? [] : [{ artifact_type: type, instance_id: id, status, violations }],
  );
}

/** What a scan could not read. */
export interface GapEntry {
  readonly artifact_type: string;
  /** From the workspace. */
  readonly path: string;
  readonly reason: string;
}

export function gapEntry({ type, path, reason }: ScanGap): GapEntry {
  return { artifact_type: type, path, reason };
}
