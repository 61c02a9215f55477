import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";

/** Where recorded data lies: RUNA_SHARED, else `shared` beside the checkout. */
const SHARED = resolve(process.env.RUNA_SHARED || join(dirname(resolve(CHECKOUT)), "shared"));

/**
 * Describes tests that need recorded data, which does not belong to the project and is not there where a clone lies
 * alone. Then one line says what was not there, and one test that is named after it stands for those left out.
 */
export function describeWith(title: string, path: string, tests: (directory: string) => void): void {
  const directory = join(SHARED, path);
  if (existsSync(directory)) {
    describe(title, () => tests(directory));
    return;
  }
  console.info(`${title}: left out, the recorded data is not there (${directory}; RUNA_SHARED names another place)`);
  test(`${title}: recorded data is not there, left out`, () => {});
}
