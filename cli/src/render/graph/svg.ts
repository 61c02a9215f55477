import { RunaError } from "@runa/engine";
import type { GraphAnswer } from "@runa/engine/answers";
import { graphNotDrawn } from "../../messages.ts";
import { graphDot } from "./dot.ts";

/**
 * The graph as an SVG image. Loads Graphviz, which is large, and only here.
 * @throws RunaError where it cannot draw the graph
 */
export async function graphSvg(answer: GraphAnswer): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  try {
    return (await instance()).renderString(graphDot(answer).join("\n"), { format: "svg", engine: "dot" });
  } catch (error) {
    throw new RunaError(graphNotDrawn((error as Error).message));
  }
}
