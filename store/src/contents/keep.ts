import type { Store } from "../connection/store.ts";
import { wallTime } from "../wall-time.ts";
import type { Content } from "./content.ts";
import { notInRows, putContent } from "./content-table.ts";
import { knownContents } from "./known.ts";
import { hasObject, writeObject } from "./objects.ts";

/** The longest that is kept in a row, in bytes as it is kept; what is longer is a file of its own. */
const LONGEST_ROW = 64 * 1024;

/**
 * Keeps contents, each once (decisions 6): only inside the write transaction of what names them, before any file is written
 * that cannot be taken back. What is kept or forgotten already costs one query for all. Long ones are on the disk, as files,
 * when this returns: a crash before the commit leaves a file that no row names, which `pruneContents` removes.
 * @throws StoreError
 */
export function keepContents(store: Store, contents: readonly Content[]): void {
  const { connection, directory } = store;
  if (contents.length === 0 || !store.keepsContents) return;
  const missing = missingContents(store, contents);
  if (missing.size === 0) return;
  const at = wallTime();
  for (const content of contents) {
    // The same content may be named twice.
    const packed = missing.delete(content.hash) ? content.packed() : null;
    if (packed === null) continue;
    const isShort = packed.bytes.length <= LONGEST_ROW;
    if (!isShort) writeObject(directory, content.hash, packed.bytes);
    putContent(connection, content.hash, at, { size: packed.size, bytes: isShort ? packed.bytes : null });
    content.letGo();
  }
}

/** So many are kept in one transaction, and about so many bytes, so that a delivery never waits long for others' contents. */
const TOGETHER = 500;
const BYTES_TOGETHER = 8 * 1024 * 1024;

/**
 * Reads and compresses what of these is not kept yet, so that `keepContents` need not do so while others wait. Of very many
 * most are kept at once, in transactions of their own, so that they need not all be held: until something names them they are
 * only young. Outside of transactions only.
 * @throws StoreError
 */
export function prepareContents(store: Store, contents: readonly Content[]): void {
  if (!store.keepsContents || !store.persistent) return;
  // Asked for first: what is removed meanwhile must not get into the set of what is kept after that.
  const known = knownContents(store.connection);
  const missing = missingContents(store, contents);
  for (const { hash } of contents) if (!missing.has(hash)) known.add(hash);
  let [part, bytes]: [Content[], number] = [[], 0];
  for (const content of contents) {
    if (!missing.has(content.hash)) continue;
    bytes += content.packed()?.bytes.length ?? 0;
    part.push(content);
    if (part.length < TOGETHER && bytes < BYTES_TOGETHER) continue;
    const full = part;
    store.connection.writeUnsynced(() => keepContents(store, full));
    [part, bytes] = [[], 0];
  }
}

/** Which of these contents are not kept, and were not forgotten: one query, however many there are. */
export function missingContents(
  { connection, directory }: Store,
  contents: readonly Pick<Content, "hash">[],
): Set<string> {
  const known = knownContents(connection);
  const unknown = contents.map(({ hash }) => hash).filter((hash) => !known.has(hash));
  if (unknown.length === 0) return new Set();
  const { absent, inFiles } = notInRows(connection, unknown);
  return new Set([...absent, ...inFiles.filter((hash) => !hasObject(directory, hash))]);
}
