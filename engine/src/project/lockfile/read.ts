import { type BigIntStats, lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf, statIdentity, withRegularFile } from "@runa/store/files";
import type { Diagnostic } from "../../diagnostic.ts";
import {
  lockDirectoryMissing,
  lockForeign,
  lockLineUnusable,
  lockLink,
  lockMergeMarkers,
  lockMoreLines,
  lockNoFile,
  lockOutside,
  lockTooLong,
  lockTooNew,
  lockUnreadable,
} from "../../messages.ts";
import { SourceLines } from "../../source-lines.ts";
import { HEADER, LineError, LOCK_VERSION, type LockLine, lineText, readLine } from "./line.ts";

/** How long, in bytes, a lock file may be: that of a hundred thousand outputs is shorter. */
const MAX_BYTES = 128 * 1024 * 1024;
/** How long, in characters, one of its lines may be. */
const MAX_LINE = 4 * 1024 * 1024;
/** So many of its defects are told. */
const MOST_DEFECTS = 20;

/** What a lock file says, and what keeps it from being written anew. */
export interface Lock {
  /** The lines that can be used, in the file's order. */
  readonly lines: readonly LockLine[];
  readonly defects: readonly Diagnostic[];
  /** Its bytes; null where there is no file. */
  readonly text: string | null;
}

const NO_LOCK: Lock = { lines: [], defects: [], text: null };

/** The lock file of `[history] lockfile`, read when it is asked for, and again only when it has changed. */
export class Lockfile {
  /** Absolute. */
  readonly file: string;
  readonly #root: string;
  #read: { readonly identity: string; readonly lock: Lock } | null = null;

  /** @param path from the project's root */
  constructor(root: string, path: string) {
    this.#root = root;
    this.file = join(root, path);
  }

  /** What it says now. Nothing is thrown: what is wrong with it is among its defects. */
  read(): Lock {
    try {
      const stats = this.#stats();
      if (stats === null) return NO_LOCK;
      const identity = statIdentity(stats);
      if (this.#read?.identity !== identity) this.#read = { identity, lock: this.#parsed() };
      return this.#read.lock;
    } catch (error) {
      return { lines: [], text: null, defects: [defect(this.file, whyNot(error))] };
    }
  }

  /** @throws Unusable where another file would be read or written in its place */
  #stats(): BigIntStats | null {
    const stats = lstatSync(this.file, { bigint: true, throwIfNoEntry: false });
    this.#requireInside();
    if (stats === undefined) return null;
    if (stats.isSymbolicLink()) throw new Unusable(lockLink());
    if (!stats.isFile()) throw new Unusable(lockNoFile());
    return stats;
  }

  /** A directory on the way to it may be a link out of the project. */
  #requireInside(): void {
    const root = realpathSync(this.#root);
    let directory: string;
    try {
      directory = realpathSync(dirname(this.file));
    } catch (error) {
      throw new Unusable(lockDirectoryMissing(reasonOf(error)));
    }
    if (directory !== root && !directory.startsWith(`${root}/`)) throw new Unusable(lockOutside());
  }

  #parsed(): Lock {
    const bytes = withRegularFile(this.file, (fd, { size }) => {
      if (size > MAX_BYTES) throw new Unusable(lockTooLong(MAX_BYTES / 1024 ** 2));
      return readFileSync(fd);
    });
    if (bytes === null) throw new Unusable(lockNoFile());
    return parsed(this.file, bytes);
  }
}

/** What lies at a lock file's place cannot be one. */
class Unusable extends Error {}

function whyNot(error: unknown): string {
  return error instanceof Unusable ? error.message : lockUnreadable(reasonOf(error));
}

function defect(file: string, message: string): Diagnostic {
  return { severity: "problem", file, message };
}

/** The file that `lines` make; none where there is nothing to say. */
export function lockText(lines: readonly LockLine[]): string {
  const texts = [...new Set(lines.map(lineText))].sort();
  return [HEADER, ...texts].map((line) => `${line}\n`).join("");
}

const MARKER = /^(<{7}|\|{7}|={7}|>{7})( |$)/;

function parsed(file: string, bytes: Buffer): Lock {
  const text = bytes.toString("utf8");
  const rows = text.split("\n").map((row) => (row.endsWith("\r") ? row.slice(0, -1) : row));
  if (rows.at(-1) === "") rows.pop();
  if (rows.length === 0) return { lines: [], defects: [], text };
  const source = new SourceLines(text);
  const found: { readonly row: number; readonly message: string }[] = [];
  const conflicts = conflictsIn(rows);
  for (const { from, to } of conflicts)
    found.push({
      row: from,
      message: lockMergeMarkers(from === to ? `line ${from + 1}` : `lines ${from + 1} to ${to + 1}`),
    });
  const isMarked = (row: number) => conflicts.some(({ from, to }) => row >= from && row <= to);
  const version = versionIn(rows[0] ?? "");
  if (version === null && !isMarked(0)) {
    return { lines: [], defects: [at(file, source, 0, lockForeign())], text };
  }
  if (version !== null && version !== LOCK_VERSION) {
    return { lines: [], defects: [at(file, source, 0, lockTooNew(version, LOCK_VERSION))], text };
  }
  const lines: LockLine[] = [];
  const seen = new Map<string, number>();
  for (const [row, content] of rows.entries()) {
    if (content === "" || (row === 0 && version !== null) || isMarked(row)) continue;
    try {
      if (content.length > MAX_LINE) throw new LineError("it is too long");
      if (content.includes("\ufffd") && !isText(bytes)) throw new LineError("it is not valid UTF-8");
      const line = readLine(content);
      const key = JSON.stringify([line.type, line.id, line.protocol, line.workUnit]);
      const before = seen.get(key);
      if (before !== undefined) throw new LineError(`line ${before + 1} tells of the same output already`);
      seen.set(key, row);
      lines.push(line);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      found.push({ row, message: lockLineUnusable(error.message) });
    }
  }
  const told = found.slice(0, MOST_DEFECTS).map(({ row, message }) => at(file, source, row, message));
  const more = found.length - told.length;
  return { lines, defects: more > 0 ? [...told, defect(file, lockMoreLines(more))] : told, text };
}

function isText(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function at(file: string, source: SourceLines, row: number, message: string): Diagnostic {
  // A line of a lock file is long, and what is wrong in it is said.
  return { ...defect(file, message), position: { line: row + 1, column: 1, text: source.line(row + 1).slice(0, 80) } };
}

function versionIn(row: string): number | null {
  try {
    const { runa_lock: version } = JSON.parse(row) as { runa_lock?: unknown };
    return Number.isSafeInteger(version) ? Number(version) : null;
  } catch {
    return null;
  }
}

/** The lines from each `<<<<<<<` to its `>>>>>>>`, or to the end. A marker without its beginning stands alone. */
function conflictsIn(rows: readonly string[]): { readonly from: number; readonly to: number }[] {
  const conflicts: { from: number; to: number }[] = [];
  let begun: number | null = null;
  for (const [row, content] of rows.entries()) {
    if (!MARKER.test(content)) continue;
    if (content.startsWith("<")) begun ??= row;
    else if (begun === null) conflicts.push({ from: row, to: row });
    else if (content.startsWith(">")) {
      conflicts.push({ from: begun, to: row });
      begun = null;
    }
  }
  if (begun !== null) conflicts.push({ from: begun, to: rows.length - 1 });
  return conflicts;
}
