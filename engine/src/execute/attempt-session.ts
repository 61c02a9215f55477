import { JsonError, parseJson, unendedAttempt } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import { findProject, openProjectStore } from "../project/project.ts";
import { attemptIn } from "./nested.ts";
import type { OutputSession } from "./output-session.ts";
import { openOutputSession, type SessionOptions } from "./project-session.ts";

/**
 * Opens the session of the attempt inside which this runs, as its server does (`runa deliver`, attempts.md section 2).
 * @throws RunaError outside an attempt; what `openOutputSession` throws
 */
export async function openAttemptSession(
  options: Pick<SessionOptions, "workingDirectory" | "config" | "environment">,
): Promise<OutputSession> {
  const id = attemptIn(options.environment);
  if (id === null)
    throw new RunaError(
      "this is not inside an attempt (RUNA_ATTEMPT is not set): `runa step` and `runa run` start attempts, and by hand runa-mcp delivers",
    );
  const environment = { ...options.environment, ...serverEnvironment(options.environment) };
  const located = {
    workingDirectory: environment.RUNA_WORKING_DIR || options.workingDirectory,
    config: options.config,
    artifactsDir: environment.RUNA_ARTIFACTS_DIR || undefined,
    environment,
  };
  const store = openProjectStore(await findProject(located));
  const attempt = unendedAttempt(store, id);
  store.close();
  if (attempt === null)
    throw new RunaError(`attempt ${id} has ended, or is none of this project: nothing is delivered`);
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

/**
 * An artifact from its text, as it can be written again without loss.
 * @throws RunaError for what is no JSON, and for numbers that would not come back as they are
 */
export function artifactFrom(text: string): unknown {
  try {
    const { value, canonical } = parseJson(text);
    if (parseJson(JSON.stringify(value)).canonical === canonical) return value;
  } catch (error) {
    if (error instanceof JsonError) throw new RunaError(`the artifact is not JSON: ${error.message}`);
    throw error;
  }
  throw new RunaError("the artifact holds a number that cannot be kept exactly: write it as a string");
}
