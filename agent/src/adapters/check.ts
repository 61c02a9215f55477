import { execFile } from "node:child_process";
import { Failure, messageOf } from "../failure.ts";
import { readServerConfig } from "../session/config.ts";
import { visible } from "../visible.ts";
import type { Adapter } from "./adapter.ts";
import { findExecutable, notInstalled } from "./executable.ts";
import { PrivateDirectory } from "./private-directory.ts";
import { probe } from "./probe.ts";
import { SignalRelay } from "./relay.ts";
import type { Surroundings } from "./run.ts";

/** How long a CLI may take to tell its version, in milliseconds. */
const PATIENCE = 20_000;

/** What an operator has to know of a CLI that is silent while it calls a tool of its own. */
const SILENT_CALLS =
  "a call is shown when it has ended; while one runs, its silence is not idleness: let idle_timeout and settle be longer than the longest";

/**
 * Whether an attempt could start this CLI: is it installed, which version, is nothing of the user's configuration in
 * the way, and, where `RUNA_MCP_CONFIG` names a server, does it start that. Calls no model. Answers with the exit
 * code: 0 when all is well, else 1.
 */
export async function checkAdapter(adapter: Adapter, { env, stdout, stderr }: Surroundings): Promise<number> {
  try {
    for await (const line of checked(adapter, env)) stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    stderr.write(`error: ${messageOf(error)}\n`);
    return 1;
  }
}

/** What is found, line by line. @throws Failure with the first thing that is in the way */
async function* checked(adapter: Adapter, env: NodeJS.ProcessEnv): AsyncGenerator<string> {
  const executable = findExecutable(adapter.executable, env.PATH);
  if (executable === undefined) throw new Failure(notInstalled(adapter));
  yield `${adapter.title}: ${visible(executable)}`;
  yield `version: ${await versionOf(adapter, executable, env)} (tested: ${adapter.tested.join(", ")})`;
  if (adapter.activity !== "streams") yield `output: ${SILENT_CALLS}`;
  const given = env.RUNA_MCP_CONFIG !== undefined && env.RUNA_MCP_CONFIG !== "";
  const server = given ? readServerConfig(env, adapter.name) : { command: "runa-mcp", args: [], env: {} };
  const relay = new SignalRelay();
  const directory = new PrivateDirectory();
  try {
    const session = { server, extra: [], env, directory: () => directory.path };
    adapter.launch(session);
    if (!given) {
      yield "server: not tried, RUNA_MCP_CONFIG names none";
      return;
    }
    const wanted = adapter.probe(session);
    directory.fill(wanted.files, wanted.links);
    const { started, detail } = await probe(executable, wanted, env, relay);
    if (!started) throw new Failure(`${adapter.executable} did not start the MCP server: ${visible(detail)}`);
    yield `server: ${visible(detail)}`;
  } finally {
    directory.remove();
    relay.dispose();
  }
}

async function versionOf(adapter: Adapter, executable: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return await firstLineOf(executable, adapter.versionArgs, env);
  } catch (error) {
    throw new Failure(`${executable} ${adapter.versionArgs.join(" ")} failed: ${visible(messageOf(error).trim())}`);
  }
}

function firstLineOf(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { env, timeout: PATIENCE, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error !== null) reject(error.killed ? new Error(`no answer within ${PATIENCE / 1000} s`) : error);
      else resolve(visible((stdout || stderr).trim().split("\n")[0] ?? ""));
    });
    child.stdin?.end();
  });
}
