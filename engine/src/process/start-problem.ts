import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import {
  startDirectoryMissing,
  startInterpreterCarriageReturn,
  startInterpreterClosed,
  startInterpreterMissing,
  startLoaderMissing,
} from "../messages.ts";

/** As much of a program's file as the kernel reads to find its interpreter. */
const HEAD = 256;
const ELF = "\u007fELF";

/**
 * What is really wrong with a program that is there and cannot be started: the system says of a script without its
 * interpreter that the script is missing. Null where it is missing itself, or nothing is known.
 * @param program as it stands in a command; one without a slash is looked for on the PATH
 * @param directory where it is started
 * @param errno what the system said, where it was tried
 */
export function startProblem(
  program: string,
  directory: string,
  path: string | undefined,
  errno?: string,
): string | null {
  if (!isDirectory(directory)) return startDirectoryMissing(directory);
  const file = placesOf(program, directory, path).find(isExecutableFile);
  return file === undefined ? null : interpreterProblem(file, directory, errno);
}

/** Where a program may lie. */
export function placesOf(program: string, directory: string, path: string | undefined): string[] {
  return program.includes("/")
    ? [resolve(directory, program)]
    : (path ?? "").split(delimiter).map((place) => join(resolve(directory, place), program));
}

/** Whether a file can be executed, as far as its permissions say. */
export function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function interpreterProblem(file: string, directory: string, errno: string | undefined): string | null {
  const head = headOf(file);
  if (head === null) return null;
  if (head.startsWith(ELF)) return errno === "ENOENT" ? startLoaderMissing(file) : null;
  const [, line] = /^#![ \t]*([^\n]*)/.exec(head) ?? [];
  const interpreter = line === undefined ? "" : (/^[^ \t]+/.exec(line)?.[0] ?? "");
  if (interpreter === "" || isExecutableFile(resolve(directory, interpreter))) return null;
  if (interpreter.endsWith("\r")) return startInterpreterCarriageReturn(interpreter.slice(0, -1), file);
  return isThere(resolve(directory, interpreter))
    ? startInterpreterClosed(interpreter, file)
    : startInterpreterMissing(interpreter, file);
}

function headOf(file: string): string | null {
  try {
    const opened = openSync(file, "r");
    try {
      const head = Buffer.alloc(HEAD);
      return head.toString("utf8", 0, readSync(opened, head, 0, HEAD, 0));
    } finally {
      closeSync(opened);
    }
  } catch {
    return null;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
