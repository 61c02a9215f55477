import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Failure, messageOf } from "../failure.ts";
import { readServerConfig } from "../session/config.ts";
import type { Adapter, Launch, Usage } from "./adapter.ts";
import { findExecutable, notInstalled } from "./executable.ts";
import { PrivateDirectory, removeLeftovers } from "./private-directory.ts";
import { SignalRelay } from "./relay.ts";
import { show } from "./show.ts";
import { reportUsage } from "./usage.ts";

/** What an adapter touches outside itself. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** The exit code for a command that is not there, as a shell has it. */
const NOT_FOUND = 127;

/**
 * Runs an agent CLI for one attempt, with the MCP server that `RUNA_MCP_CONFIG` names. The CLI reads this process's
 * stdin, the prompt; what it prints is shown on stdout. Answers with its exit code, which says nothing about what was
 * delivered.
 * @throws Failure with what a person has to know when it cannot be started
 */
export async function runAdapter(adapter: Adapter, extra: readonly string[], around: Surroundings): Promise<number> {
  const { env, stderr } = around;
  const server = readServerConfig(env, adapter.name);
  const executable = findExecutable(adapter.executable, env.PATH);
  if (executable === undefined) {
    stderr.write(`error: ${notInstalled(adapter)}\n`);
    return NOT_FOUND;
  }
  removeLeftovers();
  // From here on no signal ends this process before it has tidied up.
  const relay = new SignalRelay();
  const directory = new PrivateDirectory();
  try {
    const launch = adapter.launch({ server, extra, env, directory: () => directory.path });
    directory.fill(launch.files, launch.links);
    return await carryOut(adapter, executable, launch, relay, around);
  } finally {
    directory.remove();
    relay.dispose();
  }
}

async function carryOut(
  adapter: Adapter,
  executable: string,
  launch: Launch,
  relay: SignalRelay,
  { env, stdout, stderr }: Surroundings,
): Promise<number> {
  const reader = adapter.reader();
  let code: number;
  try {
    const environment = { ...env, ...launch.env };
    const child = spawn(executable, launch.args, { env: environment, stdio: ["inherit", "pipe", "inherit"] });
    code = await relay.ended(child, show(child.stdout, reader, stdout));
  } catch (error) {
    throw new Failure(`${executable} cannot be started: ${messageOf(error)}`);
  }
  try {
    reportUsage({ ...reader.usage(), ...usageIn(adapter, launch) }, env.RUNA_USAGE);
  } catch (error) {
    stderr.write(`warning: what was used could not be written: ${messageOf(error)}\n`);
  }
  return code;
}

function usageIn({ usageOf }: Adapter, { usageFile }: Launch): Usage {
  if (usageOf === undefined || usageFile === undefined) return {};
  try {
    return usageOf(JSON.parse(readFileSync(usageFile, "utf8")));
  } catch {
    // A CLI that was ended early has written none.
    return {};
  }
}
