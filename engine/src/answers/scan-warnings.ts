import type { Evaluation } from "../evaluate/evaluate.ts";
import { visible } from "../visible.ts";

/** One sentence for each thing that a scan could not read. */
export function scanWarnings({ gaps }: Pick<Evaluation, "gaps">): string[] {
  return gaps.map(({ type, path, reason }) => `${visible(path)}: ${reason}; '${visible(type)}' is partially scanned`);
}
