import { Random } from "./random.ts";

/** What all chance of a test run hangs on. Another one: `RUNA_FUZZ_SEED=anything npx vitest run tests/bad-input.test.ts`. */
export const SEED = process.env.RUNA_FUZZ_SEED ?? "runa";
/** One case alone, named as a failure names it: `RUNA_FUZZ_CASE=manifest:123`. */
const ONLY = process.env.RUNA_FUZZ_CASE;

/** No input of a case is so large that more time would be honest, on a machine that has other things to do as well. */
const LONGEST_MS = 8000;
const SHOWN_FAILURES = 5;
const SHOWN_CHARACTERS = 600;

/** The chance of one case, whatever was drawn for those before it. */
export function randomFor(kind: string, index: number): Random {
  return new Random(`${SEED}/${kind}/${index}`);
}

/**
 * Puts `count` generated inputs to the test, one after the other. One that fails does not keep the others from being
 * tried; the error says of each how to repeat it, and what it was.
 */
export async function tryAll<Input>(
  kind: string,
  count: number,
  make: (random: Random, index: number) => Input,
  attempt: (input: Input, index: number) => unknown,
): Promise<void> {
  const failures: string[] = [];
  for (let index = 0; index < count; index++) {
    if (ONLY !== undefined && ONLY !== `${kind}:${index}`) continue;
    const input = make(randomFor(kind, index), index);
    const since = performance.now();
    try {
      await attempt(input, index);
      const took = performance.now() - since;
      if (took > LONGEST_MS) throw new Error(`it took ${Math.round(took)} ms`);
    } catch (error) {
      failures.push(`RUNA_FUZZ_SEED=${SEED} RUNA_FUZZ_CASE=${kind}:${index}\n${told(error)}\ninput: ${preview(input)}`);
    }
  }
  if (failures.length > 0)
    throw new Error(
      `${failures.length} of ${count} failed:\n\n${failures.slice(0, SHOWN_FAILURES).join("\n\n")}`.slice(0, 20_000),
    );
}

function told(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.slice(0, 2000);
}

function preview(input: unknown): string {
  const text =
    input instanceof Uint8Array
      ? JSON.stringify(Buffer.from(input.subarray(0, SHOWN_CHARACTERS)).toString("latin1"))
      : typeof input === "string"
        ? JSON.stringify(input.slice(0, SHOWN_CHARACTERS))
        : inspected(input);
  return text.slice(0, SHOWN_CHARACTERS);
}

function inspected(input: unknown): string {
  try {
    return JSON.stringify(input) ?? String(input);
  } catch {
    return "(nested too deep to be shown)";
  }
}
