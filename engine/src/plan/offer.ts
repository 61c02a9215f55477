import { spawn } from "node:child_process";
import { undeclaredOutputType } from "../messages.ts";
import type { Candidate } from "../methodology/candidate.ts";
import { type Methodology, outputTypesOf, type Protocol } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import { didYouMean } from "../suggestion.ts";
import { type McpCommand, type McpConfig, mcpConfigFor } from "./mcp-config.ts";

/** How long, in milliseconds, a server that is asked may take. One that takes longer is not what is wrong. */
const PATIENCE = 20_000;

/** Why an output of a protocol cannot be offered, because of how it is declared; null where nothing is wrong. */
export function undeclaredOutput({ types }: Methodology, protocol: Protocol): string | null {
  const unknown = outputTypesOf(protocol).find((type) => !types.has(type));
  return unknown === undefined ? null : undeclaredOutputType(protocol.name, unknown, didYouMean(unknown, types.keys()));
}

/**
 * Why the server of a candidate could not offer everything that it may write, so that no agent could be done with it; null
 * where it can. The server itself decides, and is asked only where a schema speaks of what a tool needs for itself.
 */
export async function offerProblem(
  project: OpenProject,
  mcp: McpCommand,
  environment: NodeJS.ProcessEnv,
  { protocol, workUnit }: Candidate,
): Promise<string | null> {
  const { methodology } = project;
  const undeclared = undeclaredOutput(methodology, protocol);
  if (undeclared !== null) return undeclared;
  const isDoubtful = outputTypesOf(protocol).some((type) =>
    JSON.stringify(methodology.types.get(type)?.schema).includes('"instance_id"'),
  );
  if (!isDoubtful || !mcp.found) return null;
  return askServer(mcpConfigFor(project, mcp, protocol.name, workUnit), environment);
}

/** Starts a server that nobody calls: one that can serve ends with 0 at the end of its input. */
function askServer({ command, args, env }: McpConfig, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const { RUNA_ATTEMPT: _, ...outside } = environment;
  return new Promise((resolve) => {
    const server = spawn(command, args, {
      env: { ...outside, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: PATIENCE,
    });
    let said = "";
    server.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    // That it cannot be started at all is told where it has to be.
    server.once("error", () => resolve(null));
    server.once("close", (code) => {
      const reason = said
        .trim()
        .split("\n")
        .at(-1)
        ?.replace(/^error: /, "");
      resolve(code === 1 && reason ? reason : null);
    });
  });
}
