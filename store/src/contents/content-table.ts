import type { WallTime } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import { isCount, isText } from "../connection/stored.ts";
import type { Packed } from "./content.ts";

/** What is kept of one content. */
export interface ContentRow {
  readonly hash: string;
  /** When it was kept first. */
  readonly at: WallTime;
  /** Its length in bytes; null where it was forgotten. */
  readonly size: number | null;
  /** As it is kept; null where that is a file of its own, or it was forgotten. */
  readonly bytes: Buffer | null;
}

const ONE = "SELECT * FROM content WHERE hash = ?";
// A row of json_each is one that is asked for; `size` tells what lies in a file from what is not there.
const NOT_IN_ROWS = `SELECT value AS hash, size FROM json_each(?) LEFT JOIN content ON hash = value
  WHERE bytes IS NULL AND (hash IS NULL OR size IS NOT NULL)`;
const PUT = `INSERT INTO content VALUES (?, ?, ?, ?)
  ON CONFLICT (hash) DO UPDATE SET size = excluded.size, bytes = excluded.bytes`;
// What a content takes is its length as it is kept where that is a row, and its own length where it is a file.
const SIZES =
  "SELECT count(*) AS contents, coalesce(sum(coalesce(length(bytes), size)), 0) AS bytes FROM content WHERE size IS NOT NULL";
const UP_TO = `SELECT hash, coalesce(length(bytes), size) AS size FROM content
  WHERE at <= ? AND size IS NOT NULL ORDER BY at, hash`;
const IN_FILE = "SELECT 1 FROM content WHERE hash = ? AND bytes IS NULL AND size IS NOT NULL";
const REMOVE = "DELETE FROM content WHERE hash = ?";
const FORGET = `INSERT INTO content VALUES (?, ?, NULL, NULL) ON CONFLICT (hash) DO UPDATE SET size = NULL, bytes = NULL`;
const PRUNED = "SELECT pruned FROM clock";
const PRUNE = "UPDATE clock SET pruned = coalesce(pruned, 0) + 1";
const BEGINNING = "SELECT hash FROM content WHERE hash >= ? AND hash < ? || 'g' ORDER BY hash LIMIT ?";

export function findContent(connection: Connection, hash: string): ContentRow | null {
  const row = connection.statement(ONE).get(hash) as ContentRow | undefined;
  if (row === undefined) return null;
  if (!isContentRow(row)) throw connection.damaged();
  return row;
}

const NAME = /^sha256:[0-9a-f]{64}$/;

/** Whether a row is one that runa writes. */
export function isContentRow({ hash, at, size, bytes }: { readonly [Column in keyof ContentRow]: unknown }): boolean {
  if (!isText(hash) || !NAME.test(hash) || !Number.isInteger(at)) return false;
  return size === null ? bytes === null : isCount(size) && (bytes === null || Buffer.isBuffer(bytes));
}

/** Which of these contents are not kept in rows, nor forgotten: in one query, however many are asked for. */
export function notInRows(
  connection: Connection,
  hashes: readonly string[],
): { readonly absent: string[]; readonly inFiles: string[] } {
  const rows = connection.statement(NOT_IN_ROWS).all(JSON.stringify(hashes)) as Pick<ContentRow, "hash" | "size">[];
  const named = (isWanted: (size: number | null) => boolean) =>
    rows.filter(({ size }) => isWanted(size)).map(({ hash }) => hash);
  return { absent: named((size) => size === null), inFiles: named((size) => size !== null) };
}

/** @param bytes null where they were written to a file */
export function putContent(
  connection: Connection,
  hash: string,
  at: WallTime,
  { size, bytes }: { readonly size: Packed["size"]; readonly bytes: Packed["bytes"] | null },
): void {
  connection.statement(PUT).run(hash, at, size, bytes);
}

/** The contents whose names begin so, at most `limit`; forgotten ones are among them. */
export function hashesBeginning(connection: Connection, beginning: string, limit: number): string[] {
  const rows = connection.statement(BEGINNING).all(beginning, beginning, limit) as Pick<ContentRow, "hash">[];
  return rows.map(({ hash }) => hash);
}

/** A content, and about how many bytes it takes. */
export interface ContentSize {
  readonly hash: string;
  readonly size: number;
}

/** How many contents are kept, and about how many bytes they take; those that were forgotten take none. */
export function contentSizes(connection: Connection): { contents: number; bytes: number } {
  return connection.statement(SIZES).get() as { contents: number; bytes: number };
}

/** The contents that were kept first then or before, the earliest first. */
export function contentsUpTo(connection: Connection, at: WallTime): ContentSize[] {
  return connection.statement(UP_TO).all(at) as ContentSize[];
}

/** Whether a content is kept as a file of its own. */
export function inFile(connection: Connection, hash: string): boolean {
  return connection.statement(IN_FILE).get(hash) !== undefined;
}

export function removeContent(connection: Connection, hash: string): void {
  connection.statement(REMOVE).run(hash);
}

/** Has a content be forgotten: its bytes go, its name stays. */
export function putForgotten(connection: Connection, hash: string, at: WallTime): void {
  connection.statement(FORGET).run(hash, at);
}

/** How often contents were removed: who remembers that one is kept has to forget it when this changes. */
export function lastPruning(connection: Connection): number {
  return (connection.statement(PRUNED).get() as { pruned: number | null }).pruned ?? 0;
}

/** Notes that contents are removed; in the transaction that does it. */
export function notePruning(connection: Connection): void {
  connection.statement(PRUNE).run();
}
