import type { Store } from "../connection/store.ts";
import { sha256 } from "../json/canonical.ts";
import { reasonOf } from "../workspace/walk.ts";
import { unpack } from "./content.ts";
import { type ContentRow, findContent, hashesBeginning } from "./content-table.ts";
import { objectFile, readObject } from "./objects.ts";

/** What there is of a content. */
export type FoundContent =
  | { readonly kind: "kept"; readonly bytes: Buffer }
  /** It was never kept, or is no longer. */
  | { readonly kind: "not_kept" }
  /** Somebody had it erased. */
  | { readonly kind: "forgotten" }
  /** What lies in its place is not what was kept, and so it is not served. */
  | { readonly kind: "damaged"; readonly reason: string };

/**
 * A content by its hash, which it is held against.
 * @throws StoreError
 */
export function readContent({ connection, directory }: Store, hash: string): FoundContent {
  const row = findContent(connection, hash);
  if (row === null) return { kind: "not_kept" };
  const { size } = row;
  if (size === null) return { kind: "forgotten" };
  const where = row.bytes === null ? objectFile(directory, hash) : "its row";
  const isNot = { kind: "damaged", reason: `${where} holds something else` } as const;
  try {
    const packed = row.bytes ?? readObject(directory, hash);
    if (packed === null) return { kind: "damaged", reason: `${where} is gone` };
    const bytes = unpacked(row, packed, size);
    return bytes !== null && sha256(bytes) === hash ? { kind: "kept", bytes } : isNot;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return { kind: "damaged", reason: `${where} cannot be read: ${reasonOf(error)}` };
  }
}

/** The hashes of contents, kept or forgotten, that begin so, at most `limit`. */
export function contentsBeginning({ connection }: Store, beginning: string, limit: number): string[] {
  return hashesBeginning(connection, beginning, limit);
}

/** Null for what was never packed. */
function unpacked({ bytes: inRow }: ContentRow, bytes: Buffer, size: number): Buffer | null {
  if (inRow === null && bytes.length > size) return null;
  try {
    return unpack({ size, bytes });
  } catch {
    return null;
  }
}
