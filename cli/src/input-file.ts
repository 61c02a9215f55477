import { readFileSync } from "node:fs";
import { RunaError } from "@runa/engine";

/**
 * The content of a file that was named on the command line; `-` is stdin.
 * @throws RunaError when it cannot be read
 */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new RunaError(`${file === "-" ? "stdin" : file} cannot be read: ${(error as Error).message}`);
  }
}
