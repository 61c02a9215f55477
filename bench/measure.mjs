// Timing whole processes. These machines are noisy: what counts is the ratio of two commands measured in turn.
import { spawnSync } from "node:child_process";

/** @typedef {{ argv: string[], cwd?: string, env?: NodeJS.ProcessEnv, input?: string }} Command */

/** Runs a command once and returns its wall time in milliseconds. A command that fails is no measurement. */
export function time(/** @type {Command} */ { argv, cwd, env, input }) {
  const [file = "", ...args] = argv;
  const start = performance.now();
  const { status, error, stderr } = spawnSync(file, args, {
    cwd,
    env: env ?? process.env,
    input: input ?? "",
    stdio: ["pipe", "ignore", "pipe"],
  });
  const elapsed = performance.now() - start;
  if (error || status !== 0) throw new Error(`${argv.join(" ")} ended with ${error?.message ?? status}: ${stderr}`);
  return elapsed;
}

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/**
 * Measures two things in turn, A B A B, after one uncounted round, and returns the medians of both and of their ratios.
 * @param {() => number | Promise<number>} a
 * @param {() => number | Promise<number>} b
 */
export async function pair(a, b, rounds = 11) {
  /** @type {{ a: number, b: number }[]} */
  const pairs = [];
  for (let round = 0; round <= rounds; round++) {
    const measured = { a: await a(), b: await b() };
    if (round > 0) pairs.push(measured);
  }
  return {
    a: median(pairs.map((one) => one.a)),
    b: median(pairs.map((one) => one.b)),
    ratio: median(pairs.map((one) => one.a / one.b)),
  };
}
