import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/**
 * What tells one state of a file from another without reading it: device, inode, size, and the times of its content
 * and of its inode in nanoseconds.
 */
export type StatIdentity = string;

export function statIdentity(stats: BigIntStats): StatIdentity {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** The modification time, in nanoseconds, that an identity holds. */
export function mtimeOf(identity: StatIdentity): string {
  // Not split: this is asked of every row that is made.
  const end = identity.lastIndexOf(":");
  return identity.slice(identity.lastIndexOf(":", end - 1) + 1, end);
}

/** The moment, in nanoseconds of the workspace's own file system, before which a file's times must lie to be trusted. */
export type CleanBefore = bigint;

const PROBE = ".runa-clock-";

/** Removes the probes of scans that died. A scan that is at work then trusts no file's times, once. */
export function removeProbes(workspace: string): void {
  try {
    for (const name of readdirSync(workspace)) if (name.startsWith(PROBE)) unlinkSync(join(workspace, name));
  } catch {
    // It has gone meanwhile, or is somebody else's: it does no harm.
  }
}

/**
 * The file system's present time: the timestamp of a file that is written there now. A file whose times are not older
 * may still be written again within the same granule of the clock, unseen; the wall clock runs ahead of the coarse
 * clock that stamps files and must not be used for it. Where nothing can be written no file is trusted.
 */
export function cleanBefore(workspace: string): CleanBefore {
  return stampedNow(workspace)?.mtimeNs ?? 0n;
}

/** The stats of a file that is written into a directory now and goes at once; null where nothing can be written. */
export function stampedNow(directory: string): BigIntStats | null {
  const probe = join(directory, `${PROBE}${process.pid}`);
  try {
    // A scan that died may have left it, or someone planted something there: only a file of our own is written to.
    rmSync(probe, { force: true });
    const fd = openSync(probe, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      // Its name is removed at once, so that a scan that dies hardly ever leaves it.
      unlinkSync(probe);
      writeSync(fd, "t");
      return fstatSync(fd, { bigint: true });
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Whether a file with these times can be recognised by its stat identity alone. */
export function isClean(stats: BigIntStats, before: CleanBefore): boolean {
  return stats.mtimeNs < before && stats.ctimeNs < before;
}
