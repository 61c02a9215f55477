import { fstatSync, writeSync } from "node:fs";

/**
 * stdout or stderr, written to at once. Node's own streams take several milliseconds to load; they are asked only where
 * writing at once would have to wait.
 */
class Output {
  readonly #name: "stdout" | "stderr";
  readonly #fd: number;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #stream: NodeJS.WriteStream | null = null;
  #gone = false;

  constructor(name: "stdout" | "stderr", fd: number, onLoss: (error: NodeJS.ErrnoException) => void) {
    this.#name = name;
    this.#fd = fd;
    this.#onLoss = onLoss;
  }

  get isTerminal(): boolean {
    try {
      return fstatSync(this.#fd).isCharacterDevice() && process[this.#name].isTTY === true;
    } catch {
      return false;
    }
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
      while (this.#stream === null && written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      // Somebody made the pipe one that does not wait, and it is full.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") this.#open();
      else this.#lose(error as NodeJS.ErrnoException);
    }
    this.#stream?.write(bytes.subarray(written));
  }

  #open(): void {
    this.#stream = process[this.#name];
    this.#stream.on("error", (error: NodeJS.ErrnoException) => this.#lose(error));
  }

  #lose(error: NodeJS.ErrnoException): void {
    if (!this.#gone) this.#onLoss(error);
    this.#gone = true;
  }
}

/** When it is lost there is nowhere left to say so. */
export const stderr = new Output("stderr", 2, () => {});

/**
 * A reader that went away, such as `head`, is no failure: the command ends with its own exit code. Output that could not
 * be written for another reason, such as a full disk, is said once and makes the exit code 1.
 */
export const stdout = new Output("stdout", 1, (error) => {
  if (error.code === "EPIPE") return;
  stderr.write(`error: the output could not be written: ${error.message}\n`);
  // Not before the end, because the command sets its own exit code when it is done.
  process.on("exit", (code) => {
    if (code === 0) process.exitCode = 1;
  });
});
