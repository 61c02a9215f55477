import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf } from "@runa/store/files";
import { RunaError } from "../diagnostic.ts";
import { promptNotWritten } from "../messages.ts";
import type { Project } from "../project/project.ts";

/** Where what belongs to one attempt lies: its prompt, what its agent printed and reported. */
export function attemptDirectory({ storeDirectory }: Pick<Project, "storeDirectory">, id: string): string {
  return join(storeDirectory, "attempts", id);
}

/** Where an attempt's agent may write what it used. */
export function usageFile(project: Pick<Project, "storeDirectory">, id: string): string {
  return join(attemptDirectory(project, id), "usage.json");
}

/**
 * Makes the directory of an attempt that is to begin, with its prompt in it, for this user only.
 * @returns the prompt's file
 * @throws RunaError
 */
export function writePrompt(directory: string, prompt: string): string {
  const file = join(directory, "prompt.md");
  try {
    mkdirSync(dirname(directory), { recursive: true });
    // What it holds is this user's; another one may execute work of the same project.
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(file, prompt, { mode: 0o600 });
    return file;
  } catch (error) {
    discardDirectory(directory);
    throw new RunaError(promptNotWritten(file, reasonOf(error)));
  }
}

/** Removes the directory of an attempt that does not begin; what cannot be removed now is litter, and goes later. */
export function discardDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // What keeps it from being removed has kept it from being written, and that is told.
  }
}
