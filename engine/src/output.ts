import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/**
 * stdout or stderr, the one way in which text gets there: written at once, and a loss of it is no failure of what is done.
 * Node's own streams take several milliseconds to load; they are asked only where writing at once would have to wait.
 */
class Output {
  readonly #name: "stdout" | "stderr";
  readonly #fd: number;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #stream: NodeJS.WriteStream | null = null;
  #waits = false;
  #gone = false;

  constructor(name: "stdout" | "stderr", fd: number, onLoss: (error: NodeJS.ErrnoException) => void) {
    this.#name = name;
    this.#fd = fd;
    this.#onLoss = onLoss;
  }

  get isTerminal(): boolean {
    return this.#isDevice && isatty(this.#fd);
  }

  /** How many characters a line of the terminal has; undefined where it does not tell, or is none. */
  get columns(): number | undefined {
    return this.isTerminal ? this.#open().columns || undefined : undefined;
  }

  /** How many lines the terminal has; undefined where it does not tell, or is none. */
  get rows(): number | undefined {
    return this.isTerminal ? this.#open().rows || undefined : undefined;
  }

  /** Whether nobody reads any more, as far as is known: it shows only in writing. */
  get isLost(): boolean {
    return this.#gone;
  }

  write(text: string | Uint8Array): void {
    if (this.#gone) return;
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    let written = 0;
    try {
      while (!this.#waits && written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      // Somebody made the pipe one that does not wait, and it is full.
      this.#waits = (error as NodeJS.ErrnoException).code === "EAGAIN";
      if (!this.#waits) this.#lose(error as NodeJS.ErrnoException);
    }
    if (this.#waits) this.#open().write(bytes.subarray(written));
  }

  get #isDevice(): boolean {
    try {
      return fstatSync(this.#fd).isCharacterDevice();
    } catch {
      return false;
    }
  }

  #open(): NodeJS.WriteStream {
    if (this.#stream === null) {
      this.#stream = process[this.#name];
      this.#stream.on("error", (error: NodeJS.ErrnoException) => this.#lose(error));
    }
    return this.#stream;
  }

  /** A reader that went away, such as `head`, or a terminal that was closed, is no loss to tell of. */
  #lose(error: NodeJS.ErrnoException): void {
    const left = error.code === "EPIPE" || (error.code === "EIO" && this.#isDevice);
    if (!this.#gone && !left) this.#onLoss(error);
    this.#gone = true;
  }
}

/** When it is lost there is nowhere left to say so. */
export const stderr = new Output("stderr", 2, () => {});

/** Output that could not be written, to a full disk for instance, is said once and makes an exit code of 0 a 1. */
export const stdout = new Output("stdout", 1, (error) => {
  stderr.write(`error: the output could not be written: ${error.message}\n`);
  // Not before the end, because the command sets its own exit code when it is done.
  process.on("exit", (code) => {
    if (code === 0) process.exitCode = 1;
  });
});
