import { resolve } from "node:path";
import { unendedAttempt } from "@runa/store/attempts";
import { RunaError } from "../diagnostic.ts";
import { attemptOver, notInsideAttempt } from "../messages.ts";
import { attemptIn } from "../project/nested.ts";
import { findProject, openProjectStore } from "../project/project.ts";
import type { OutputSession } from "./output-session.ts";
import { openOutputSession, type SessionOptions } from "./project-session.ts";

/**
 * Opens the session of the attempt inside which this runs, as its server does (`runa deliver`, attempts.md section 2).
 * @throws RunaError outside an attempt; what `openOutputSession` throws
 */
export async function openAttemptSession(
  options: Omit<SessionOptions, "protocol" | "workUnit">,
): Promise<OutputSession> {
  const id = attemptIn(options.environment);
  if (id === null) throw new RunaError(notInsideAttempt());
  const environment = { ...options.environment, ...serverEnvironment(options.environment) };
  // What was typed counts from where it was typed; what the environment says, from the project.
  const typed = (path: string | undefined) => (path ? resolve(options.workingDirectory, path) : path);
  const located = {
    workingDirectory: environment.RUNA_WORKING_DIR || options.workingDirectory,
    config: typed(options.config),
    artifactsDir: typed(options.artifactsDir) ?? (environment.RUNA_ARTIFACTS_DIR || undefined),
    environment,
  };
  const store = openProjectStore(await findProject(located));
  const attempt = unendedAttempt(store, id);
  store.close();
  if (attempt === null) throw new RunaError(attemptOver(id));
  return openOutputSession({ ...located, protocol: attempt.protocol, workUnit: attempt.workUnit });
}

/** What the attempt's own server is started with: the same project, the same directories. */
function serverEnvironment({ RUNA_MCP_CONFIG }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  try {
    const { env } = JSON.parse(RUNA_MCP_CONFIG ?? "{}");
    return typeof env === "object" && env !== null ? env : {};
  } catch {
    return {};
  }
}
