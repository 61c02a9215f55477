import { existsSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** How long, in milliseconds, a test waits for anything: far longer than it takes, also on a busy machine. */
const PATIENCE = 20_000;

/**
 * Waits for something with a limit.
 * @param what what is waited for, in words
 * @param situation what is known when it did not come; asked for only then
 * @param patience the limit in milliseconds
 * @throws Error that says what was waited for
 */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  situation: () => string = () => "",
  patience = PATIENCE,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${patience / 1000} s for ${what}\n${situation()}`.trimEnd())),
      patience,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves as soon as a file is there. */
export async function appears(file: string): Promise<void> {
  let look = () => {};
  const there = new Promise<void>((resolve) => {
    look = () => existsSync(file) && resolve();
  });
  const watcher = watch(dirname(file), () => look());
  try {
    look();
    await within(there, `${basename(file)} to be there`);
  } finally {
    watcher.close();
  }
}
