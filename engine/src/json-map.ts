import { unescapedStep } from "@runa/store/json";
import type { Node } from "jsonc-parser";
import type { SourcePosition } from "./diagnostic.ts";
import { SourceLines } from "./source-lines.ts";

/** Finds the places of values in a JSON text; made by `openJsonMap`. */
export interface JsonMap {
  /** Where the value at a JSON pointer begins, or the key that it stands under; null when there is none. */
  positionOf(pointer: string, at?: "value" | "key"): SourcePosition | null;
}

/** Parses a JSON text, keeping positions. Its parser is loaded when it is first needed: only to report something. */
export async function openJsonMap(text: string): Promise<JsonMap> {
  const { parseTree } = await import("jsonc-parser");
  const root = parseTree(text);
  const lines = new SourceLines(text);
  return {
    positionOf: (pointer, at = "value") => {
      const steps = pointer.split("/").slice(1);
      const value = steps.reduce(below, root);
      const node = at === "key" && value?.parent?.type === "property" ? value.parent : value;
      return node === undefined ? null : lines.positionAt(node.offset);
    },
  };
}

function below(node: Node | undefined, step: string): Node | undefined {
  if (node?.type === "array") return /^[0-9]+$/.test(step) ? node.children?.[Number(step)] : undefined;
  const name = unescapedStep(step);
  const property =
    node?.type === "object" ? node.children?.find(({ children }) => children?.[0]?.value === name) : null;
  return property?.children?.[1];
}
