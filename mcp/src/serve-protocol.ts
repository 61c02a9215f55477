import { resolve } from "node:path";
import { log, stderr, visibleLines } from "@runa/engine";
import { type OutputSession, openOutputSession } from "@runa/engine/session";
import type { Command } from "./command-line.ts";
import { mcpDirectoryGone } from "./messages.ts";
import { type CallRecord, serve } from "./server.ts";

/** Serves one protocol until the client has gone; resolves to the exit code. */
export async function serveProtocol(
  command: Command & { kind: "serve" },
  env: NodeJS.ProcessEnv,
  version: string,
): Promise<number> {
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
    const serving = serve(session, { input: process.stdin, output: process.stdout, version, report });
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

/** @throws Error when the directory that the program was started in has been removed, and a relative path needs it */
function fromHere(path: string): string {
  try {
    return resolve(path);
  } catch {
    throw new Error(mcpDirectoryGone());
  }
}
