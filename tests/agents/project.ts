import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ended, Program } from "../rig/program.ts";
import { RUNA, RUNA_AGENT } from "../rig/programs.ts";
import { runProgram } from "../rig/run.ts";
import type { Cli } from "./clis.ts";
import { type Methodology, REPORT } from "./methodologies.ts";

/** Milliseconds; more than any run takes here. */
const PATIENCE = 100_000;

/** A project with a fresh home and a clean environment around it. */
export class LiveProject {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), "runa-live-")));
  /** Named as nobody should name it: a CLI that fills in variables or splits words loses its way. */
  readonly directory = join(this.#root, `a $HOME \${HOME} 'project'`);
  readonly home = join(this.#root, "home");
  readonly temporary = join(this.#root, "tmp");
  #environment: NodeJS.ProcessEnv = {};

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ended();
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Makes it a project whose agent is this CLI, connected to the mock; answers with the words after `--`. */
  async prepare(
    cli: Cli,
    bin: string,
    url: string,
    { files = REPORT, words = [] }: { files?: Methodology; words?: readonly string[] } = {},
  ): Promise<readonly string[]> {
    for (const directory of [this.directory, this.home, this.temporary]) mkdirSync(directory, { recursive: true });
    const methodology = join(this.#root, "methodology");
    for (const [name, text] of Object.entries(files)) write(join(methodology, name), text);
    const { env, extra } = cli.connect(url, this.home);
    this.#environment = {
      PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
      HOME: this.home,
      TMPDIR: this.temporary,
      LANG: "C.UTF-8",
      ...env,
    };
    const made = await this.runa("init", "--methodology", methodology);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    const command = [process.execPath, RUNA_AGENT, cli.name, "--", ...extra, ...words];
    const config = join(this.directory, ".runa/config.toml");
    writeFileSync(config, `${readFileSync(config, "utf8")}\n[agent]\ncommand = ${JSON.stringify(command)}\n`);
    write(join(this.directory, ".runa/workspace/request/first.json"), '{"text":"How are we doing?"}');
    return [...extra, ...words];
  }

  runa(...words: string[]): Promise<Ended> {
    return runProgram([process.execPath, RUNA, ...words], { ...this.#start(), patience: PATIENCE });
  }

  /** Starts `runa run`, which a test watches. */
  startRun(): Program {
    return new Program("runa run", { command: [process.execPath, RUNA, "run"], ...this.#start() });
  }

  /** Starts the adapter as an agent of an attempt. */
  startAdapter(cli: Cli, words: readonly string[], server: object): Program {
    const command = [process.execPath, RUNA_AGENT, cli.name, "--", ...words] as const;
    return new Program("the adapter", { command, ...this.#start(server), input: "Write a report.\n" });
  }

  /** The server that an attempt would be given. */
  async server(): Promise<object> {
    const { stdout } = await this.runa("step", "--dry-run", "--json");
    return JSON.parse(stdout).execution_plan[0].mcp_config;
  }

  /** Asks the adapter whether its CLI would start a server. */
  check(cli: Cli, server: object): Promise<Ended> {
    const command = [process.execPath, RUNA_AGENT, cli.name, "--check"] as const;
    return runProgram(command, { ...this.#start(server), patience: PATIENCE });
  }

  /** Where and in which environment a program is started; with the server that an attempt gives it, if it is an agent. */
  #start(server?: object) {
    const given = server === undefined ? {} : { RUNA_MCP_CONFIG: JSON.stringify(server) };
    return { directory: this.directory, env: { ...this.#environment, ...given } };
  }

  /** The artifacts of a type that are on disk, by the name of their file. */
  artifacts(type: string): Readonly<Record<string, unknown>> {
    const directory = join(this.directory, ".runa/workspace", type);
    return Object.fromEntries(
      namesIn(directory).map((name) => [name, JSON.parse(readFileSync(join(directory, name), "utf8"))]),
    );
  }

  /** What the attempts reported that they used. */
  usage(): readonly unknown[] {
    const attempts = join(this.directory, ".runa/store/attempts");
    return namesIn(attempts).flatMap((id) =>
      namesIn(join(attempts, id))
        .filter((name) => name === "usage.json")
        .map((name) => JSON.parse(readFileSync(join(attempts, id, name), "utf8"))),
    );
  }

  /** What adapters left behind in the directory for temporary files, when every process of this project has ended. */
  async leftovers(): Promise<readonly string[]> {
    await this.#ended();
    return namesIn(this.temporary).filter((name) => name.startsWith("runa-agent-"));
  }

  /** Waits for the end of every process of this project: some linger to write down what they have done. */
  async #ended(): Promise<void> {
    while (processesIn(this.home).length > 0) await sleep(50);
  }

  /** The names at the top of the project. */
  top(): readonly string[] {
    return namesIn(this.directory);
  }
}

/** The processes whose home this is; what is no process of ours, or has ended, cannot be read. */
function processesIn(home: string): string[] {
  return namesIn("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`);
    } catch {
      return false;
    }
  });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
