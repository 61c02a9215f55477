import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { InstanceId, ScanGap } from "../artifact.ts";
import { instanceIdOf } from "./file-name.ts";

/** A regular file of a declared type, as its directory lists it. */
export interface FoundFile {
  readonly type: string;
  readonly id: InstanceId;
  readonly path: string;
}

/** Who looks at the files. Their stats are not kept: those of a hundred thousand files would fill the memory. */
export interface Visitor {
  /** Whether a file's stats are needed; a file that is read in any case is asked for them then. */
  wantsStats(type: string, id: InstanceId): boolean;
  visit(file: FoundFile, stats: BigIntStats | null): void;
}

/** What a walk found beside the files. */
export interface Walk {
  readonly gaps: readonly ScanGap[];
  /** Top-level directories that no declared type has, and what has a type's name but is no directory. */
  readonly unrecognized: readonly string[];
  /** What lies in a type's directory and is no regular file `*.json`, as `type/name`; what begins with a dot is hidden. */
  readonly passedOver: readonly string[];
}

/** The workspace directory itself is missing or cannot be listed. */
export class WorkspaceError extends Error {
  readonly code: string | undefined;
  /** Why, in a few words. */
  readonly why: string;
  constructor(workspace: string, cause: NodeJS.ErrnoException) {
    super(`${workspace}: ${reasonOf(cause)}`);
    this.code = cause.code;
    this.why = reasonOf(cause);
  }
}

/**
 * Lists `<workspace>/<type>/*.json` for the declared types: regular files only, no symlink followed, names that begin
 * with a dot passed over (contract.md section 4). What cannot be listed is a gap.
 * @throws WorkspaceError when the workspace itself cannot be listed
 */
export function walk(workspace: string, declared: { has(type: string): boolean }, visitor: Visitor): Walk {
  const gaps: ScanGap[] = [];
  const unrecognized: string[] = [];
  const passedOver: string[] = [];
  for (const entry of list(workspace)) {
    if (entry.name.startsWith(".")) continue;
    if (declared.has(entry.name) && entry.isDirectory()) walkType(workspace, entry.name, visitor, { gaps, passedOver });
    else if (declared.has(entry.name) || entry.isDirectory()) unrecognized.push(entry.name);
  }
  return { gaps, unrecognized: unrecognized.sort(), passedOver: passedOver.sort() };
}

function list(workspace: string) {
  try {
    return readdirSync(workspace, { withFileTypes: true });
  } catch (error) {
    throw new WorkspaceError(workspace, error as NodeJS.ErrnoException);
  }
}

function walkType(
  workspace: string,
  type: string,
  visitor: Visitor,
  { gaps, passedOver }: { gaps: ScanGap[]; passedOver: string[] },
): void {
  // Not `join`: for each of many files it would take a tenth of the time of listing them.
  const directory = `${workspace}/${type}`;
  let doubtful = false;
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (instanceIdOf(entry.name) === null || !entry.isFile()) {
        if (!entry.name.startsWith(".")) passedOver.push(join(type, entry.name));
        continue;
      }
      if (entry.name.includes(REPLACEMENT)) doubtful = true;
      else lookAt(directory, type, entry.name, visitor, gaps);
    }
    if (doubtful) walkDoubtful(directory, type, visitor, gaps);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") gaps.push({ type, path: type, reason: reasonOf(error) });
  }
}

const BIGINT = { bigint: true } as const;

/** What stands in a decoded name for bytes that are no UTF-8, or for itself. */
const REPLACEMENT = "\ufffd";

/** The names that hold a replacement character, by their bytes: one that is no UTF-8 cannot be looked up. */
function walkDoubtful(directory: string, type: string, visitor: Visitor, gaps: ScanGap[]): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, encoding: "buffer" })) {
    const name = entry.name.toString();
    if (!name.includes(REPLACEMENT) || instanceIdOf(name) === null || !entry.isFile()) continue;
    if (Buffer.from(name).equals(entry.name)) lookAt(directory, type, name, visitor, gaps);
    else gaps.push({ type, path: join(type, name), reason: "its name is not valid UTF-8" });
  }
}

function lookAt(directory: string, type: string, name: string, visitor: Visitor, gaps: ScanGap[]): void {
  const id = instanceIdOf(name);
  if (id === null) return;
  const path = `${directory}/${name}`;
  let stats: BigIntStats | null;
  try {
    stats = visitor.wantsStats(type, id) ? lstatSync(path, BIGINT) : null;
  } catch (error) {
    // A file that went between the listing and this is simply not there.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      gaps.push({ type, path: join(type, name), reason: reasonOf(error) });
    return;
  }
  visitor.visit({ type, id, path }, stats);
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
    case "EEXIST":
      return "something else lies there already";
    case "ERR_FS_FILE_TOO_LARGE":
      return "longer than 2 GiB";
    case "ENAMETOOLONG":
      return "its name is too long for the file system";
    default:
      return code ?? message;
  }
}
