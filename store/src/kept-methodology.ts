import { type Store, writeUnsyncedIfFree } from "./store.ts";
import { findMethodology, type MethodologyRow, putMethodology } from "./tables/methodology-table.ts";

export type { MethodologyRow } from "./tables/methodology-table.ts";

/**
 * What was kept of the methodology with this manifest, by this version of whoever keeps it. A private copy of a store
 * holds nothing for anyone.
 */
export function keptMethodology(store: Store, file: string, version: string): MethodologyRow | null {
  return store.kept ? findMethodology(store.database, file, version) : null;
}

/**
 * Keeps a loaded methodology for the next command. It neither waits nor fails: where another is writing, or nothing can be
 * written, the next command loads it again and tries again.
 */
export function keepMethodology(store: Store, file: string, version: string, row: MethodologyRow): void {
  if (!store.kept) return;
  try {
    writeUnsyncedIfFree(store, () => putMethodology(store.database, file, version, row));
  } catch {
    // A store that is full or damaged says so to whoever needs it.
  }
}
