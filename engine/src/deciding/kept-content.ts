import type { Store } from "@runa/store";
import type { InstanceState } from "@runa/store/attempts";
import { readContent } from "@runa/store/contents";
import { parseJsonBytes } from "@runa/store/json";
import type { OpenProject } from "../project/project.ts";
import { valueThere } from "../value-there.ts";

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

/** The note of a decision, as the store keeps it or its file says it; null where it has none, or neither is there. */
export function noteOf(
  { store, workspace }: Pick<OpenProject, "store" | "workspace">,
  made: InstanceState,
): string | null {
  const kept = keptJson(store, made.contentHash);
  const value = kept.kind === "json" ? kept.value : valueThere(workspace, made);
  if (typeof value !== "object" || value === null) return null;
  const { note } = value as { note?: unknown };
  return typeof note === "string" ? note : null;
}
