import { type Envelope, readEnvelope } from "./envelope.ts";
import { type Ended, Program } from "./program.ts";
import { CODE_CACHE, RUNA } from "./programs.ts";

/** The environment of a user who has set nothing for runa. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: CODE_CACHE, LANG: "C.UTF-8", NO_COLOR: "1" };
}

/** Where and how a program is run to its end. */
interface Run {
  readonly directory: string;
  /** A clean one, with the directory as home, when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** What stands on its stdin. */
  readonly input?: string | Uint8Array;
  /** Milliseconds after which it is killed and the test fails; more than any program here takes. */
  readonly patience?: number;
}

/** Runs a program that needs nothing of the test while it runs, and waits for its end, whatever it is. */
export async function runProgram(command: readonly [string, ...string[]], run: Run): Promise<Ended> {
  const { directory, env = cleanEnvironment(directory), input, patience = 60_000 } = run;
  const program = new Program(command.join(" "), { command, directory, env, input });
  try {
    return await program.ended(patience);
  } finally {
    program.kill();
  }
}

/** Runs `runa` in a directory. */
export function runa(directory: string, ...words: string[]): Promise<Ended> {
  return runProgram([process.execPath, RUNA, ...words], { directory });
}

/** Runs `runa` with `--json`; its answer has been held against the published schema. */
export async function runaJson(directory: string, ...words: string[]): Promise<Ended & { readonly json: Envelope }> {
  const ended = await runa(directory, ...words, "--json");
  if (ended.stdout === "")
    throw new Error(`runa ${words.join(" ")} --json ended with ${ended.exitCode} and printed nothing\n${ended.stderr}`);
  return { ...ended, json: await readEnvelope(words, ended.stdout) };
}
