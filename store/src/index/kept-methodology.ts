import type { Store } from "../connection/store.ts";
import { checksum } from "../json/checksum.ts";
import { findMethodology, type MethodologyRow, putMethodology } from "./methodology-table.ts";

export type { MethodologyRow } from "./methodology-table.ts";

/**
 * What was kept of the methodology with this manifest by this version of the caller; null where nothing was, where what
 * is there was changed since, and in a private copy of the store.
 */
export function keptMethodology(store: Store, file: string, version: string): MethodologyRow | null {
  const row = store.persistent ? findMethodology(store.connection, file, version) : null;
  if (row === null) return null;
  const end = row.content.indexOf(SEAL_END);
  const unsealed = { identities: row.identities, content: row.content.slice(end + 1) };
  return row.content.slice(0, end) === sealOf(file, version, unsealed) ? unsealed : null;
}

/**
 * Keeps a loaded methodology for the next command. It neither waits nor fails: where another is writing, or nothing can be
 * written, the next command loads it again and tries again.
 */
export function keepMethodology(store: Store, file: string, version: string, row: MethodologyRow): void {
  if (!store.persistent) return;
  const content = `${sealOf(file, version, row)}${SEAL_END}${row.content}`;
  try {
    const now = findMethodology(store.connection, file, version);
    if (now?.identities === row.identities && now.content === content) return;
    store.connection.writeUnsyncedIfFree(() =>
      putMethodology(store.connection, file, version, { identities: row.identities, content }),
    );
  } catch {
    // A store that is full or damaged says so to whoever needs it.
  }
}

const SEAL_END = " ";

/** A hash by which an edit or damage is noticed. It is no protection: whoever knows it can make it. */
function sealOf(file: string, version: string, { identities, content }: MethodologyRow): string {
  return checksum(JSON.stringify([file, version, identities]) + content);
}
