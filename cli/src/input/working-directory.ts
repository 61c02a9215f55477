import { RunaError } from "@runa/engine";
import { directoryGone } from "../messages.ts";

/**
 * The directory that the command was started in.
 * @throws RunaError when it has been removed meanwhile
 */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new RunaError(directoryGone());
  }
}
