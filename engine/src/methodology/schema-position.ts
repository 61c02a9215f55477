import type { SourcePosition } from "../diagnostic.ts";
import { SourceLines } from "../source-lines.ts";

/** Where a JSON pointer lies in a JSON text; null when it cannot be found. Loads its parser only when asked. */
export async function schemaPosition(text: string, pointer: string): Promise<SourcePosition | null> {
  const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
  let node = parseTree(text);
  for (const part of pointer.split("/").slice(1)) {
    if (node === undefined) return null;
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    node = findNodeAtLocation(node, [node.type === "array" ? Number(key) : key]);
  }
  return node === undefined ? null : new SourceLines(text).positionAt(node.offset);
}
