import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const SERVER = fileURLToPath(new URL("fixtures/server.mjs", import.meta.url));

/** A tool as the stand-in server lists it. */
export interface StandInTool {
  readonly name: string;
  readonly inputSchema: object;
  readonly _meta?: object;
}

/** What the stand-in server offers and how it behaves; see `fixtures/server.mjs`. */
export interface StandIn {
  readonly tools?: readonly StandInTool[];
  readonly enforced?: Readonly<Record<string, object>>;
  readonly refuse?: Readonly<Record<string, object>>;
  readonly accept?: readonly string[];
  readonly stderr?: string;
  readonly die?: "start" | "call";
  readonly silent?: boolean;
  readonly mute?: boolean;
}

/** A line of the stand-in server's log. */
export interface Logged {
  readonly started?: readonly string[];
  readonly marked?: string;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly closed?: boolean;
}

/** How one start of the program differs from the usual one. */
export interface Start {
  readonly prompt?: string;
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Keeps stdin open after the prompt. */
  readonly open?: boolean;
  /** Sees the process while it runs, from when the server has started. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

/** What a start of the program came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: readonly Logged[];
  /** The calls of tools, as `tool` and arguments. */
  readonly calls: readonly Logged[];
}

/** The program under test, bundled once as the build does, and a directory that goes with it. */
export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), "runa-agent-"));
  #starts = 0;

  async prepare(): Promise<void> {
    await build({
      entryPoints: ["main.ts", "program.ts"],
      absWorkingDir: SOURCES,
      outdir: this.directory,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      splitting: true,
      chunkNames: "chunks/[hash]",
      define: { RUNA_VERSION: '"1.2.3"' },
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "error",
    });
  }

  /** The program's module, to be run in this process. */
  async load(): Promise<typeof import("../src/program.ts")> {
    return import(pathToFileURL(join(this.directory, "program.mjs")).href);
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Starts `runa-agent` with the stand-in as its server and waits for its end. */
  async run(argv: readonly string[], standIn: StandIn, start: Start = {}): Promise<Ended> {
    const logFile = join(this.directory, `log-${this.#starts++}`);
    const config = {
      command: process.execPath,
      args: [SERVER, ...(start.args ?? ["--protocol", "design"])],
      env: { STAND_IN: JSON.stringify(standIn), STAND_IN_LOG: logFile, STAND_IN_MARK: "from the config" },
    };
    const child = spawn(process.execPath, [join(this.directory, "main.mjs"), ...argv], {
      cwd: start.cwd ?? this.directory,
      env: { ...process.env, RUNA_MCP_CONFIG: JSON.stringify(config), RUNA_ATTEMPT: undefined, ...start.env },
    });
    child.stdin.on("error", () => {});
    if (start.open) child.stdin.write(start.prompt ?? "");
    else child.stdin.end(start.prompt ?? "# design\n");
    const { meanwhile } = start;
    const watcher = watch(this.directory, () => {
      if (existsSync(logFile)) watcher.close();
      if (existsSync(logFile)) meanwhile?.(child);
    });
    const [stdout, stderr, code] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve)),
    ]);
    watcher.close();
    const log = existsSync(logFile) ? linesOf(readFileSync(logFile, "utf8")) : [];
    return { code, stdout, stderr, log, calls: log.filter((entry) => entry.tool !== undefined) };
  }
}

function linesOf(text: string): Logged[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Logged => JSON.parse(line));
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** A tool that is owed, with a title and a rating beside what is given. */
export function tool(name: string, more: Readonly<Record<string, unknown>> = {}): StandInTool {
  return {
    name,
    inputSchema: {
      type: "object",
      properties: { instance_id: { type: "string" }, title: { type: "string" }, note: { type: "string" } },
      required: ["instance_id", "title"],
      additionalProperties: false,
      ...(typeof more.inputSchema === "object" ? more.inputSchema : {}),
    },
    _meta: {
      "runa/duty": { kind: "produces", artifact_type: name, ...(typeof more.duty === "object" ? more.duty : {}) },
    },
  };
}
