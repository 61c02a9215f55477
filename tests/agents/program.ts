import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const dist = new URL("../../dist/", import.meta.url);

/** The programs, as `npm run build` leaves them. */
export const RUNA = fileURLToPath(new URL("runa.js", dist));
export const RUNA_AGENT = fileURLToPath(new URL("runa-agent.js", dist));

/** How a program ended and what it printed. */
export interface Ended {
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** More than any run takes here. */
const PATIENCE = 100_000;

/** Runs one of them to its end; never rejects for how it ended. */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: PATIENCE, killSignal: "SIGKILL", encoding: "utf8" } as const;
    const child = execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({ exit: error === null ? 0 : (error.code ?? error.signal ?? "?"), stdout, stderr }),
    );
    child.stdin?.end();
  });
}
