import { closeSync, existsSync, openSync, readSync, realpathSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { RunaError } from "../diagnostic.ts";
import { noServerProgram } from "../messages.ts";
import { isExecutableFile } from "../process/start-problem.ts";
import type { Project } from "../project/project.ts";

/** What a client needs to start an attempt's server: `RUNA_MCP_CONFIG`. */
export interface McpConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How the server's program is started: by absolute paths where it was found, else by its bare name. */
export interface McpCommand {
  readonly command: string;
  /** What comes before the server's own arguments. */
  readonly args: readonly string[];
  readonly found: boolean;
}

/**
 * One of runa's own programs, absolute: beside the running `runa`, then on the PATH, whose relative entries count from
 * the working directory as for a shell; null when it is nowhere.
 */
export function findProgram(name: string, runaFile: string, environment: NodeJS.ProcessEnv): string | null {
  const beside = [...new Set([dirname(runaFile), dirname(realpathOr(runaFile))])].flatMap((directory) => [
    join(directory, name),
    join(directory, `${name}.js`),
  ]);
  const onPath = environment.PATH ? environment.PATH.split(delimiter).map((directory) => resolve(directory, name)) : [];
  return [...beside.map((file) => resolve(file)), ...onPath].find(isExecutableFile) ?? null;
}

/**
 * Looks for the server's program. A script of Node's is started by the Node that runs this: the agent's PATH may have none, or
 * another (contract.md section 7). Anything else, such as a wrapper, knows by itself how it is run.
 */
export function findMcpCommand(runaFile: string, environment: NodeJS.ProcessEnv): McpCommand {
  const file = findProgram("runa-mcp", runaFile, environment);
  if (file === null) return { command: "runa-mcp", args: [], found: false };
  return isNodeScript(file)
    ? { command: process.execPath, args: [file], found: true }
    : { command: file, args: [], found: true };
}

/**
 * The server's program, for an attempt that is to be executed.
 * @throws RunaError when it is nowhere
 */
export function requireMcpCommand(command: McpCommand): McpCommand {
  if (!command.found) throw new RunaError(noServerProgram());
  return command;
}

/** What an attempt's server is told of the attempt. */
export interface LiveAttempt {
  /** Its id, behind those of the attempts inside which it runs. */
  readonly chain: string;
  /** The file into which its agent may write what it used. */
  readonly usage: string;
}

/** The server's configuration for one candidate; `attempt` is absent in dry runs. */
export function mcpConfigFor(
  project: Project,
  { command, args }: McpCommand,
  protocol: string,
  workUnit: string | null,
  attempt?: LiveAttempt,
): McpConfig {
  return {
    command,
    args: [...args, "--protocol", protocol, ...(workUnit === null ? [] : ["--work-unit", workUnit])],
    env: {
      RUNA_WORKING_DIR: project.root,
      ...(project.config.file === null ? {} : { RUNA_CONFIG: resolve(project.config.file) }),
      // A directory that the config does not name: the server has to write where its runa looks.
      ...(project.artifactsOverride ? { RUNA_ARTIFACTS_DIR: project.workspace } : {}),
      ...(attempt === undefined ? {} : { RUNA_ATTEMPT: attempt.chain, RUNA_USAGE: attempt.usage }),
    },
  };
}

function realpathOr(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Whether a file begins as a script that asks for Node and nothing more, such as options for it. */
function isNodeScript(file: string): boolean {
  const beginning = Buffer.alloc(256);
  let length = 0;
  try {
    const opened = openSync(file, "r");
    try {
      length = readSync(opened, beginning);
    } finally {
      closeSync(opened);
    }
  } catch {
    // One that may be run and not read is no script.
  }
  const [first = ""] = beginning.toString("latin1", 0, length).split("\n");
  return /^#!\s*(\S*\/env\s+|\S*\/)node\s*$/.test(first);
}
