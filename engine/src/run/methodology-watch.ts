import { holdTexts } from "../methodology/kept.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { sourceHashes } from "../methodology/sources.ts";
import { FileWatch } from "./file-watch.ts";

/** Watches the files of a loaded methodology (attempts.md section 5). */
export function watchMethodology(methodology: Methodology): FileWatch {
  // A run works with what it was started with, also where that is asked for after somebody has changed the files.
  holdTexts(methodology);
  return new FileWatch(sourceHashes(methodology));
}
