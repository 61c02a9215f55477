import { requirePersistent, type Store } from "../connection/store.ts";
import { findContent, notePruning, putForgotten } from "../contents/content-table.ts";
import { removeObject } from "../contents/objects.ts";
import { append } from "../record/event-table.ts";
import type { Actor } from "../record/events.ts";
import { openAttempts } from "../record/open-attempts.ts";
import { wallTime } from "../wall-time.ts";

/** A content that is to be erased, why, and by whom. */
export interface Forgetting {
  readonly hash: string;
  readonly note: string;
  readonly actor: Actor | undefined;
}

/** What came of it: erased now, or before; or not, because an open attempt was given it or has delivered it. */
export type Forgotten =
  | { readonly kind: "forgotten" | "forgotten_before" }
  | { readonly kind: "in_use"; readonly attempt: string };

const HOLDERS = `SELECT attempt FROM given, json_each(CASE WHEN json_valid(inputs) THEN inputs ELSE '[]' END) AS input
    WHERE json_extract(input.value, '$.contentHash') = @hash
  UNION SELECT attempt FROM delivery WHERE content_hash = @hash AND attempt IS NOT NULL
  UNION SELECT id FROM attempt WHERE instructions_hash = @hash
  ORDER BY 1`;

/** The attempts that were given a content, or delivered it: whatever is kept of them may quote it. */
export function attemptsHolding({ connection }: Store, hash: string): string[] {
  const rows = connection.statement(HOLDERS).all({ hash }) as { attempt: string }[];
  return rows.map(({ attempt }) => attempt);
}

/**
 * Erases a content from the store, and has the log say so (decisions 6). That it was forgotten stays: it is never kept again.
 * Whatever lies outside of the database and of `objects/` is for the caller, who erases it after this.
 * Dying in between leaves it unforgotten, at most without its file: the same again finishes that.
 * @throws StoreError, or an errno exception where its file cannot be removed; then nothing was done
 */
export function forgetContent(store: Store, { hash, note, actor }: Forgetting): Forgotten {
  requirePersistent(store);
  const { connection, directory } = store;
  // What is deleted is overwritten, not only let go of.
  connection.database.pragma("secure_delete = ON");
  return connection.write((): Forgotten => {
    const holders = new Set(attemptsHolding(store, hash));
    const open = openAttempts(connection).find(({ id }) => holders.has(id));
    if (open !== undefined) return { kind: "in_use", attempt: open.id };
    const row = findContent(connection, hash);
    if (row !== null && row.size === null) return { kind: "forgotten_before" };
    notePruning(connection);
    putForgotten(connection, hash, row?.at ?? wallTime());
    const body = { content_hash: hash, note, ...(actor !== undefined && { actor }) };
    append(connection, { kind: "forgotten", attempt: null, body });
    // Before the commit, so that what is said to be erased is.
    removeObject(directory, hash);
    return { kind: "forgotten" };
  });
}

/**
 * Empties the database's log of writes, in which what was erased may stand for a while.
 * @returns whether that could be done now; else it is done when whoever reads the store has ended
 */
export function emptyWriteLog({ connection }: Store): boolean {
  const [row] = connection.database.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
  return row?.busy === 0;
}
