import { resolve } from "node:path";
import { stderr, stdout } from "@runa/engine";
import type { OutputSession } from "@runa/engine/session";
import { type Command, readCommandLine, USAGE } from "./command-line.ts";
import type { CallRecord } from "./server.ts";

declare const RUNA_VERSION: string | undefined;
// The engine knows it too, but `--version` is not worth loading the engine for.
const VERSION = typeof RUNA_VERSION === "string" ? RUNA_VERSION : "0.0.0-dev";

/** Serves until the client has gone; resolves to the exit code. */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const command = readCommandLine(args);
  switch (command.kind) {
    case "help":
      stdout.write(USAGE);
      return 0;
    case "version":
      stdout.write(`runa-mcp ${VERSION}\n`);
      return 0;
    case "wrong": {
      const { visible } = await import("./serving.ts");
      stderr.write(`error: ${visible(command.reason)}\n\n${USAGE}`);
      return 1;
    }
    case "serve":
      return serveProtocol(command, env);
  }
}

/** @throws Error when the directory that the program was started in has been removed, and a relative path needs it */
function fromHere(path: string): string {
  try {
    return resolve(path);
  } catch {
    throw new Error(
      "the current directory no longer exists: set RUNA_WORKING_DIR to the project's, as an absolute path",
    );
  }
}

async function serveProtocol(command: Command & { kind: "serve" }, env: NodeJS.ProcessEnv): Promise<number> {
  const { log, openOutputSession, serve, visibleLines } = await import("./serving.ts");
  let session: OutputSession | undefined;
  try {
    session = await openOutputSession({
      protocol: command.protocol,
      workUnit: command.workUnit,
      workingDirectory: fromHere(env.RUNA_WORKING_DIR || "."),
      // What was typed counts from where it was typed; RUNA_CONFIG, in the environment, counts from the project.
      config: command.config === null ? undefined : fromHere(command.config),
      artifactsDir: env.RUNA_ARTIFACTS_DIR || undefined,
      environment: env,
    });
    const report = (record: CallRecord) => log.write({ target: "runa_mcp", ...record });
    const serving = serve(session, { input: process.stdin, output: process.stdout, version: VERSION, report });
    // Once: a second signal ends the process at once, which leaves every artifact whole or absent all the same.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, serving.stop);
    await serving.done;
    return 0;
  } catch (error) {
    const msg = visibleLines(error instanceof Error ? error.message : String(error));
    if (!log.isJson) stderr.write(`error: ${msg}\n`);
    else
      log.write({ target: "runa_mcp", level: "error", operation: "serve", outcome: "failed", msg }, { always: true });
    return 1;
  } finally {
    session?.close();
    await log.flush();
  }
}

void main(process.argv.slice(2), process.env).then((exitCode) => {
  process.exitCode = exitCode;
  // A client that is still there after a signal would keep the process waiting for its next line.
  process.stdin.destroy();
});
