import { Script } from "node:vm";

/** How long, in milliseconds, one judgement may take. */
export const TIME_LIMIT = 5_000;

const HOOK = "__runaBoundedWork";
let script: Script | undefined;

/** A judgement that was ended because it took too long. */
export class NotJudgedError extends Error {}

/**
 * Runs synchronous work that may not end, such as a pattern that backtracks, and stops it at the time limit. The limit
 * is V8's own, so it interrupts a regular expression too; one call costs some 60 µs.
 * @throws NotJudgedError
 */
export function bounded<T>(work: () => T, limit = TIME_LIMIT): T {
  const holder = globalThis as { [HOOK]?: () => void };
  let result: { value: T } | undefined;
  holder[HOOK] = () => {
    result = { value: work() };
  };
  try {
    script ??= new Script(`globalThis.${HOOK}()`);
    script.runInThisContext({ timeout: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new NotJudgedError(`not judged within ${limit / 1000} s`);
    throw error;
  } finally {
    delete holder[HOOK];
  }
  if (result === undefined) throw new NotJudgedError("not judged");
  return result.value;
}
