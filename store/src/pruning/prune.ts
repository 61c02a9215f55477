import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { WallTime } from "../artifact.ts";
import { requirePersistent, type Store } from "../connection/store.ts";
import {
  type ContentSize,
  contentSizes,
  contentsUpTo,
  inFile,
  notePruning,
  removeContent,
} from "../contents/content-table.ts";
import { objectsDirectory, removeObject } from "../contents/objects.ts";
import { append } from "../record/event-table.ts";
import type { Actor } from "../record/events.ts";
import { wallTime } from "../wall-time.ts";
import { contentsInUse, contentsNamedAfter, currentContents, lastSeq } from "./in-use.ts";

/** What is to be removed. */
export interface Pruning {
  /** Contents that were kept first before this, and rest on nothing since. Null: none, only what no row names. */
  readonly before: WallTime | null;
  /** More contents that are in use, whatever rests on them. */
  readonly inUse: Iterable<string>;
  readonly actor: Actor | undefined;
}

/** How many contents, and the bytes that they take. */
export interface ContentCount {
  readonly contents: number;
  readonly bytes: number;
}

/** What was removed, or would be, and what is kept. */
export interface Pruned {
  readonly removed: ContentCount;
  readonly kept: ContentCount;
  /** Files that no content is in: a command died between writing one and recording it. */
  readonly strayFiles: number;
}

/** Nothing that is younger is removed, in microseconds: somebody may be about to record what rests on it. */
const YOUNG = 24 * 60 * 60 * 1_000_000;

/** So many are removed in one transaction, so that a delivery never waits long for it. */
const TOGETHER = 500;

/** What `pruneContents` would remove. Nothing is. */
export function prunable(store: Store, pruning: Pick<Pruning, "before" | "inUse">): Pruned {
  const { connection } = store;
  return connection.read(() => {
    const removable = removableIn(store, pruning);
    return { ...countsOf(store, removable), strayFiles: strayFiles(store).length };
  });
}

/**
 * Removes the contents that are older and that nothing rests on, and files that no content is in (decisions 6). What is about
 * to go is asked for again under the write lock, part by part: a delivery or a claim that came meanwhile keeps what it names.
 * @throws StoreError, or an errno exception; what was removed until then stays so
 */
export function pruneContents(store: Store, pruning: Pruning): Pruned {
  requirePersistent(store);
  const { connection } = store;
  // Nothing of what is removed stays behind in pages that are free.
  connection.database.pragma("secure_delete = ON");
  const [seen, removable] = connection.read(() => [lastSeq(connection), removableIn(store, pruning)] as const);
  const { kept, removed: all } = countsOf(store, removable);
  const removed = { contents: 0, bytes: 0 };
  for (let first = 0; first < removable.length; first += TOGETHER) {
    const part = removable.slice(first, first + TOGETHER);
    connection.write(() => {
      const taken = new Set([...contentsNamedAfter(connection, seen), ...currentContents(connection)]);
      const gone = removeAll(
        store,
        part.filter(({ hash }) => !taken.has(hash)),
        pruning.actor,
      );
      removed.contents += gone.contents;
      removed.bytes += gone.bytes;
    });
  }
  const strays = connection.write(() => {
    const files = strayFiles(store);
    for (const file of files) unlinkSync(file);
    return files.length;
  });
  return {
    removed,
    kept: {
      contents: kept.contents + all.contents - removed.contents,
      bytes: kept.bytes + all.bytes - removed.bytes,
    },
    strayFiles: strays,
  };
}

/** Removes contents, with the log's line; in a transaction. Their files go first: what dies in between leaves rows that say so. */
function removeAll(store: Store, contents: readonly ContentSize[], actor: Actor | undefined): ContentCount {
  const { connection, directory } = store;
  const count = { contents: contents.length, bytes: total(contents) };
  if (contents.length === 0) return count;
  notePruning(connection);
  for (const { hash } of contents) {
    if (inFile(connection, hash)) removeObject(directory, hash);
    removeContent(connection, hash);
  }
  append(connection, { kind: "pruned", attempt: null, body: { ...count, ...(actor !== undefined && { actor }) } });
  return count;
}

function removableIn(store: Store, { before, inUse }: Pick<Pruning, "before" | "inUse">): ContentSize[] {
  if (before === null) return [];
  const youngest = Math.min(before, wallTime() - YOUNG) as WallTime;
  const used = contentsInUse(store, before);
  for (const hash of inUse) used.add(hash);
  return contentsUpTo(store.connection, youngest).filter(({ hash }) => !used.has(hash));
}

function countsOf({ connection }: Store, removable: readonly ContentSize[]): Pick<Pruned, "removed" | "kept"> {
  const all = contentSizes(connection);
  const removed = { contents: removable.length, bytes: total(removable) };
  return { removed, kept: { contents: all.contents - removed.contents, bytes: all.bytes - removed.bytes } };
}

function total(contents: readonly ContentSize[]): number {
  return contents.reduce((sum, { size }) => sum + size, 0);
}

const OBJECT = /^[0-9a-f]{64}$/;
const UNFINISHED = /^\.runa-[0-9a-f]{16}\.tmp$/;

/** Files of contents that no row names, and half-written ones; none that is young. Exact only while nobody else writes. */
function strayFiles({ connection, directory }: Store): string[] {
  const objects = objectsDirectory(directory);
  return namesIn(objects)
    .filter((name) => (OBJECT.test(name) ? !inFile(connection, `sha256:${name}`) : UNFINISHED.test(name)))
    .map((name) => join(objects, name))
    .filter(isOld);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isOld(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && stats.mtimeMs * 1000 < wallTime() - YOUNG;
}
