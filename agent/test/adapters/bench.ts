import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stage } from "../stage.ts";

const STAND_IN = fileURLToPath(new URL("stand-in-cli.cjs", import.meta.url));

/** The attempt's server as `RUNA_MCP_CONFIG` names it, with what needs care in one syntax or another. */
export const SERVER = {
  command: "/opt/runa-mcp",
  args: ["--protocol", "draft", "--work-unit", 'a "b" \\ ünit'],
  env: { RUNA_WORKING_DIR: "/srv/$HOME ${HOME}", RUNA_ATTEMPT: "0199-1" },
};

/** What the stand-in does; see `stand-in-cli.cjs`. */
export interface Plan {
  /** What it prints when it is asked for its version; with nothing to print it fails. */
  readonly version?: string;
  readonly print?: readonly string[];
  readonly complain?: string;
  readonly exit?: number;
  readonly kill?: string;
  readonly wait?: boolean;
  readonly survive?: readonly string[];
  readonly exitOnSignal?: number;
  readonly usage?: string;
  readonly skipStdin?: boolean;
  /** It starts itself again, and does the rest as its own child. */
  readonly launcher?: boolean;
}

/** How the stand-in was started. */
export interface Note {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly stdin: string;
  /** What was set or changed beside the environment that the adapter was given. */
  readonly added: Readonly<Record<string, string>>;
  /** The directory for temporary files, as it was then. */
  readonly files: Readonly<Record<string, string>>;
}

/** How one start of the program differs from the usual one. */
export interface Start {
  readonly plan?: Plan;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly prompt?: string;
  /** Hands the prompt over through a pipe, not as a file. */
  readonly piped?: boolean;
  /** Sees each chunk on stdout while the program runs. */
  readonly meanwhile?: (child: ChildProcess, stdout: string) => void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined where the CLI was not started. */
  readonly note: Note | undefined;
  readonly usage: unknown;
}

/** The program, bundled once, with stand-ins for CLIs first on the PATH and a home and a temporary directory. */
export class Bench {
  readonly #stage = new Stage();
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "runa-bench-")));
  readonly home = join(this.root, "home");
  readonly temporary = join(this.root, "tmp");
  readonly #bin = join(this.root, "bin");
  #starts = 0;

  async prepare(): Promise<void> {
    for (const directory of [this.home, this.temporary, this.#bin]) mkdirSync(directory);
    await this.#stage.prepare();
  }

  dispose(): void {
    this.#stage.dispose();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Puts a stand-in on the PATH. */
  install(executable: string): void {
    const file = join(this.#bin, executable);
    copyFileSync(STAND_IN, file);
    chmodSync(file, 0o755);
  }

  uninstall(executable: string): void {
    rmSync(join(this.#bin, executable), { force: true });
  }

  /** Writes a file of the user's, below the home. */
  write(path: string, text: string): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Starts `runa-agent` and waits for its end. */
  async run(argv: readonly string[], { plan = {}, env = {}, prompt = "# draft\n", piped, meanwhile }: Start = {}) {
    const id = this.#starts++;
    const file = (name: string) => join(this.root, `${name}-${id}`);
    writeFileSync(file("prompt"), prompt);
    const given: NodeJS.ProcessEnv = {
      PATH: [this.#bin, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
      HOME: this.home,
      TMPDIR: this.temporary,
      RUNA_MCP_CONFIG: JSON.stringify(SERVER),
      RUNA_USAGE: file("usage"),
      STAND_IN_CLI: JSON.stringify({ note: file("note"), ...plan }),
      ...env,
    };
    const prompted = openSync(file("prompt"), "r");
    const child = spawn(process.execPath, [join(this.#stage.directory, "main.mjs"), ...argv], {
      env: given,
      stdio: [piped ? "pipe" : prompted, "pipe", "pipe"],
    });
    closeSync(prompted);
    child.stdin?.end(prompt);
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
      meanwhile?.(child, stdout);
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk;
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) =>
      child.once("error", reject).once("close", (...end) => resolve(end)),
    );
    const ended: Ended = {
      code,
      signal,
      stdout,
      stderr,
      note: existsSync(file("note")) ? noted(file("note"), given) : undefined,
      usage: existsSync(file("usage")) ? JSON.parse(readFileSync(file("usage"), "utf8")) : undefined,
    };
    return ended;
  }
}

/** Whether a process runs: one that has ended and was not collected yet does not. */
export function runs(pid: number | undefined): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}

function noted(file: string, given: NodeJS.ProcessEnv): Note {
  const { env, ...note } = JSON.parse(readFileSync(file, "utf8"));
  const added = Object.entries(env).filter(([name, value]) => given[name] !== value);
  return { ...note, added: Object.fromEntries(added) };
}
