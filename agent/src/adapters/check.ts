import { execFile } from "node:child_process";
import { messageOf } from "../failure.ts";
import { visible } from "../visible.ts";
import type { Adapter } from "./adapter.ts";
import { findExecutable, notInstalled } from "./executable.ts";
import { PrivateDirectory } from "./private-directory.ts";
import type { Surroundings } from "./run.ts";

/** How long a CLI may take to tell its version, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Whether an attempt could start this CLI: is it installed, which version, and is nothing of the user's configuration
 * in the way. Calls no model. Answers with the exit code: 0 when it could, else 1.
 */
export async function checkAdapter(adapter: Adapter, { env, stdout, stderr }: Surroundings): Promise<number> {
  const refuse = (why: string) => {
    stderr.write(`error: ${why}\n`);
    return 1;
  };
  const executable = findExecutable(adapter.executable, env.PATH);
  if (executable === undefined) return refuse(notInstalled(adapter));
  stdout.write(`${adapter.title}: ${visible(executable)}\n`);
  let version: string;
  try {
    version = await firstLineOf(executable, adapter.versionArgs, env);
  } catch (error) {
    return refuse(`${executable} ${adapter.versionArgs.join(" ")} failed: ${visible(messageOf(error).trim())}`);
  }
  stdout.write(`version: ${version} (tested: ${adapter.tested.join(", ")})\n`);
  const directory = new PrivateDirectory();
  try {
    const server = { command: "runa-mcp", args: [], env: {} };
    const launch = adapter.launch({ server, extra: [], env, directory: () => directory.path });
    directory.fill(launch.files, launch.links);
  } catch (error) {
    return refuse(messageOf(error));
  } finally {
    directory.remove();
  }
  stdout.write("ready\n");
  return 0;
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
