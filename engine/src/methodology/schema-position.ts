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
    let node = root;
    for (const part of pointer.split("/").slice(1)) {
      if (node === undefined) return null;
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      node = findNodeAtLocation(node, [node.type === "array" ? Number(key) : key]);
    }
    if (node === undefined) return null;
    const place = at === "key" && node.parent?.type === "property" ? node.parent : node;
    return lines.positionAt(place.offset);
  };
}

/** Where a JSON pointer lies in a JSON text; null when it cannot be found. */
export async function schemaPosition(text: string, pointer: string): Promise<SourcePosition | null> {
  return (await openJsonPlaces(text))(pointer, "value");
}
