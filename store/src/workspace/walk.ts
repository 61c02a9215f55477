import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { join } from "node:path";
import type { InstanceId, ScanGap } from "../artifact.ts";
import { instanceIdOf } from "./file-name.ts";

/** A regular file of a declared type, as its directory lists it. */
export interface FoundFile {
  readonly type: string;
  readonly id: InstanceId;
  readonly path: string;
  readonly stats: BigIntStats;
}

/** What lies in the workspace now, unread. */
export interface Walk {
  readonly files: readonly FoundFile[];
  readonly gaps: readonly ScanGap[];
  /** Top-level directories that no declared type has, and what has a type's name but is no directory. */
  readonly unrecognized: readonly string[];
}

/** The workspace directory itself is missing or cannot be listed. */
export class WorkspaceError extends Error {
  readonly code: string | undefined;
  constructor(workspace: string, cause: NodeJS.ErrnoException) {
    super(`${workspace}: ${reasonOf(cause)}`);
    this.code = cause.code;
  }
}

/**
 * Lists `<workspace>/<type>/*.json` for the declared types: regular files only, no symlink followed, names that begin
 * with a dot passed over (contract.md section 4). What cannot be listed is a gap.
 * @throws WorkspaceError when the workspace itself cannot be listed
 */
export function walk(workspace: string, types: readonly string[]): Walk {
  const declared = new Set(types);
  const files: FoundFile[] = [];
  const gaps: ScanGap[] = [];
  const unrecognized: string[] = [];
  for (const entry of list(workspace)) {
    if (entry.name.startsWith(".")) continue;
    if (declared.has(entry.name) && entry.isDirectory()) walkType(workspace, entry.name, files, gaps);
    else if (declared.has(entry.name) || entry.isDirectory()) unrecognized.push(entry.name);
  }
  return { files, gaps, unrecognized: unrecognized.sort() };
}

function list(workspace: string) {
  try {
    return readdirSync(workspace, { withFileTypes: true });
  } catch (error) {
    throw new WorkspaceError(workspace, error as NodeJS.ErrnoException);
  }
}

function walkType(workspace: string, type: string, files: FoundFile[], gaps: ScanGap[]): void {
  const directory = join(workspace, type);
  let entries: ReturnType<typeof list>;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") gaps.push({ type, path: type, reason: reasonOf(error) });
    return;
  }
  for (const entry of entries) {
    const id = instanceIdOf(entry.name);
    if (id === null || !entry.isFile()) continue;
    const path = join(directory, entry.name);
    try {
      files.push({ type, id, path, stats: lstatSync(path, { bigint: true }) });
    } catch (error) {
      // A file that went between the listing and this is simply not there; a name that is no UTF-8 cannot be looked up.
      const undecodable = entry.name.includes("\ufffd");
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || undecodable)
        gaps.push({
          type,
          path: join(type, entry.name),
          reason: undecodable ? "its name is not valid UTF-8" : reasonOf(error),
        });
    }
  }
}

/** A file's bytes and the identity they were read under; null when it is no longer a regular file there. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

/**
 * Reads a regular file without following a symlink and without waiting on a pipe.
 * @throws NodeJS.ErrnoException when it is there but cannot be read
 */
export function readRegularFile(path: string): ReadFile | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR") return null;
    throw error;
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    return stats.isFile() ? { bytes: readFileSync(fd), stats } : null;
  } finally {
    closeSync(fd);
  }
}

/** A file-system error in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOENT":
      return "no such file or directory";
    case "ENOTDIR":
      return "not a directory";
    case "EISDIR":
      return "a directory";
    case "ENOSPC":
      return "no space left on the device";
    case "EROFS":
      return "read-only file system";
    case "ELOOP":
      return "a symbolic link, which is not followed";
    default:
      return code ?? message;
  }
}
