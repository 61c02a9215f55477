import { RunaError } from "@runa/engine";

/**
 * The directory that the command was started in.
 * @throws RunaError when it has been removed meanwhile
 */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new RunaError("the current directory no longer exists: change to one that does");
  }
}
