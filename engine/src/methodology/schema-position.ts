import type { SourcePosition } from "../diagnostic.ts";
import { SourceLines } from "../source-lines.ts";

/** Where a JSON pointer lies in a JSON text; null when it cannot be found. Loads its parser only when asked. */
export async function schemaPosition(text: string, pointer: string): Promise<SourcePosition | null> {
  const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
  const root = parseTree(text);
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
  return node === undefined ? null : new SourceLines(text).positionAt(node.offset);
}
