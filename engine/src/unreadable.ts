import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { alike, meantText } from "@runa/store";
import { reasonOf } from "@runa/store/files";

/** Why a file cannot be read; of one that is not there also which one is whose name a reader takes for the same. */
export function whyUnreadable(file: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const meant = code === "ENOENT" || code === "ENOTDIR" ? existingAlike(file) : null;
  // A link to nowhere is there under this very name.
  return `${reasonOf(error)}${meant === null || meant === file ? "" : meantText(file, meant)}`;
}

/** The path with every name in it as it is spelt on the disk, where only case and Unicode normalisation differ. */
function existingAlike(path: string): string | null {
  const directory = dirname(path);
  if (directory === path) return path;
  const parent = existingAlike(directory);
  if (parent === null) return null;
  const entries = namesIn(parent);
  const name = entries.includes(basename(path)) ? basename(path) : alike(basename(path), entries);
  return name === null ? null : join(parent, name);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
