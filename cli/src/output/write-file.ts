import { writeFileSync } from "node:fs";
import { RunaError, reasonOf, visible } from "@runa/engine";
import { fileNotWritten } from "../messages.ts";

/**
 * Writes what a command made to a file that its user named.
 * @throws RunaError that names it
 */
export function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new RunaError(fileNotWritten(visible(file), reasonOf(error)));
  }
}
