import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** A hash over everything in a directory: names, kinds, modes, sizes, times of change, link targets and contents. */
export function treeDigest(directory: string): string {
  const hash = createHash("sha256");
  add(directory, hash);
  return hash.digest("hex");
}

function add(path: string, hash: ReturnType<typeof createHash>): void {
  const stats = lstatSync(path, { bigint: true });
  hash.update(`${path}\0${stats.mode}\0${stats.size}\0${stats.mtimeNs}\0`);
  if (stats.isSymbolicLink()) hash.update(readlinkSync(path));
  else if (stats.isFile()) hash.update(readFileSync(path));
  else if (stats.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name), hash);
}
