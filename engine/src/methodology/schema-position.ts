import type { SourcePosition } from "../diagnostic.ts";
import { SourceLines } from "../source-lines.ts";

/** Finds places in one JSON text by JSON pointer: of a value, or of the key that it stands under. */
export type JsonPlaces = (pointer: string, at: "key" | "value") => SourcePosition | null;

/** The places of a JSON text. Loads its parser only when asked. */
export async function openJsonPlaces(text: string): Promise<JsonPlaces> {
  const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
  const root = parseTree(text);
  const lines = new SourceLines(text);
  return (pointer, at) => {
    if (root === undefined) return null;
    const parts = pointer
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const node =
      findNodeAtLocation(
        root,
        parts.map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part)),
      ) ?? findNodeAtLocation(root, parts);
    if (node === undefined) return null;
    const place = at === "key" && node.parent?.type === "property" ? node.parent : node;
    return lines.positionAt(place.offset);
  };
}

/** Where a JSON pointer lies in a JSON text; null when it cannot be found. */
export async function schemaPosition(text: string, pointer: string): Promise<SourcePosition | null> {
  return (await openJsonPlaces(text))(pointer, "value");
}
