import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Adapter } from "./adapter.ts";

/** Where a program lies on the PATH; undefined when it is nowhere. */
export function findExecutable(name: string, path: string | undefined): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** What to do when a CLI is nowhere. */
export function notInstalled({ executable, package: name }: Adapter): string {
  return `${executable} is not installed: npm install -g ${name}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
