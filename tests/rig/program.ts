import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { within } from "./within.ts";

/** How a program is started. */
export interface ProgramStart {
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** The user that it runs as; this one when left out. */
  readonly user?: number | undefined;
  /** What stands on its stdin; nothing when left out. */
  readonly input?: string | Uint8Array | undefined;
  /** Whether its stdin stays open, for `line`. */
  readonly listens?: boolean;
}

/** What a program came to. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that was started and may still be running. */
export class Program {
  readonly name: string;
  stdout = "";
  stderr = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<void>;
  readonly #closed: Promise<Ended>;
  readonly #watchers = new Set<() => void>();
  #running = true;

  constructor(name: string, start: ProgramStart) {
    const { command, directory, env, user, input = "", listens = false } = start;
    const [file, ...args] = command;
    this.name = name;
    const child = spawn(file, args, { cwd: directory, env, ...(user !== undefined && { uid: user, gid: user }) });
    this.#child = child;
    // One that does not read its stdin to the end is no error of the test's.
    child.stdin.on("error", () => {});
    if (!listens) child.stdin.end(input);
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        this[stream] += chunk;
        this.#changed();
      });
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()));
    this.#closed = new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (exitCode, signal) => {
        this.#running = false;
        this.#changed();
        resolve({ exitCode, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    // Whoever waits for the end is told; nobody has to wait.
    this.#closed.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Resolves when it has ended, however it did. */
  get finished(): Promise<void> {
    return this.#closed.then(
      () => {},
      () => {},
    );
  }

  /** Its stdin and stdout as one stream; closed when it has ended. */
  line(): Duplex {
    const line = Duplex.from({ readable: this.#child.stdout, writable: this.#child.stdin });
    void this.finished.then(() => line.destroy());
    return line;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Resolves when it has ended and everything that it and its children wrote is read.
   * @param patience milliseconds after which the test fails instead
   */
  ended(patience?: number): Promise<Ended> {
    return within(this.#closed, `the end of ${this.name}`, () => this.situation(), patience);
  }

  /** Kills it, as a power cut would; resolves when it has gone. Its agent lives on. */
  async killed(): Promise<void> {
    this.signal("SIGKILL");
    await within(this.#exited, `the end of ${this.name} after SIGKILL`);
  }

  /** Resolves as soon as a stream holds a text. */
  async says(stream: "stdout" | "stderr", text: string): Promise<void> {
    let watcher = () => {};
    const said = new Promise<void>((resolve, reject) => {
      watcher = () => {
        if (this[stream].includes(text)) resolve();
        else if (!this.#running) reject(new Error(`${this.name} never wrote '${text}'\n${this.situation()}`));
      };
    });
    this.#watchers.add(watcher);
    watcher();
    try {
      await within(said, `'${text}' on ${stream}`, () => this.situation());
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  situation(): string {
    return `${this.name} ${this.#running ? "runs" : "has ended"}\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`;
  }

  /** Kills it if it still runs. */
  kill(): void {
    if (this.#running) this.signal("SIGKILL");
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
