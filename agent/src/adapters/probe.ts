import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Probe, STARTUP, type StartReport } from "./adapter.ts";
import type { SignalRelay } from "./relay.ts";

/** How long a CLI may take to say whether it has started the server, in milliseconds. */
const PATIENCE = (STARTUP + 30) * 1000;

/** How long it has to end after SIGTERM, in milliseconds. */
const GRACE = 2000;

/**
 * Starts a CLI and ends it as soon as it has said whether it started the server.
 * @throws NodeJS.ErrnoException when it cannot be started
 */
export async function probe(
  executable: string,
  wanted: Probe,
  env: NodeJS.ProcessEnv,
  relay: SignalRelay,
): Promise<StartReport> {
  const child = spawn(executable, wanted.args, { env: { ...env, ...wanted.env }, stdio: "pipe" });
  const outputs = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  const ended = relay.ended(child, Promise.all(outputs.map((output) => once(output, "close"))));
  child.stdin.on("error", () => {});
  if (wanted.open === true) child.stdin.write(wanted.stdin ?? "");
  else child.stdin.end(wanted.stdin);
  let last = "it ended and said nothing";
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<StartReport>((resolve, reject) => {
      const hear = (line: string) => {
        if (line.trim() !== "") last = line.trim();
        const verdict = wanted.verdict(line);
        if (verdict !== undefined) resolve(verdict);
      };
      for (const output of outputs) output.on("line", hear);
      timer = setTimeout(() => resolve({ started: false, detail: `no answer within ${PATIENCE / 1000} s` }), PATIENCE);
      ended.then(() => resolve({ started: false, detail: last }), reject);
    });
  } finally {
    clearTimeout(timer);
    relay.end(child, GRACE);
    await ended.catch(() => {});
  }
}
