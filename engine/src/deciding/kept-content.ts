import type { Store } from "@runa/store";
import { readContent } from "@runa/store/contents";
import { parseJsonBytes } from "@runa/store/json";

/** A content that the store keeps, as JSON with every digit. */
export type KeptJson =
  | { readonly kind: "json"; readonly value: unknown }
  /** Why there is none, in words. */
  | { readonly kind: "none"; readonly why: string };

/** What a content was, by its hash, as far as the store keeps it (decisions 6). */
export function keptJson(store: Store, hash: string): KeptJson {
  const found = readContent(store, hash);
  switch (found.kind) {
    case "kept": {
      const { value, exact = value } = parseJsonBytes(found.bytes);
      return { kind: "json", value: exact };
    }
    case "not_kept":
      return { kind: "none", why: "it is not kept" };
    case "forgotten":
      return { kind: "none", why: "it was forgotten" };
    case "damaged":
      return { kind: "none", why: found.reason };
  }
}

/** The note of a decision; null where it has none, or its file is not kept. */
export function noteOf(store: Store, hash: string): string | null {
  const kept = keptJson(store, hash);
  if (kept.kind === "none" || typeof kept.value !== "object" || kept.value === null) return null;
  const { note } = kept.value as { note?: unknown };
  return typeof note === "string" ? note : null;
}
