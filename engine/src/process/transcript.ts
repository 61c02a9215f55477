import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as otherWork } from "node:timers/promises";

/** A file that an agent's output goes to, held open: whatever becomes of its path, it stays the same one. */
export interface OutputFile {
  readonly path: string;
  /** For reading and appending. */
  readonly file: number;
}

export type OutputStream = "stdout" | "stderr";

/** The files that an agent's output goes to. */
export type OutputFiles = Readonly<Record<OutputStream, OutputFile>>;

const APPENDING = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens the output files of an attempt that begins, made for this user only.
 * @param directory the attempt's, which exists
 * @throws what `openSync` throws
 */
export function openOutput(directory: string): OutputFiles {
  return openBoth(directory, APPENDING | constants.O_CREAT);
}

/**
 * Opens the output files of an attempt that was begun earlier; null where there are none, or no longer those that were
 * made: its agent may have put anything in their place.
 */
export function keptOutput(directory: string): OutputFiles | null {
  let files: OutputFiles;
  try {
    files = openBoth(directory, APPENDING);
  } catch {
    return null;
  }
  const areOurs = [files.stdout, files.stderr].every(({ file }) => {
    const stats = fstatSync(file);
    return stats.isFile() && stats.nlink === 1;
  });
  if (areOurs) return files;
  closeOutput(files);
  return null;
}

function openBoth(directory: string, flags: number): OutputFiles {
  const paths = outputPaths(directory);
  const stdout = { path: paths.stdout, file: openSync(paths.stdout, flags, 0o600) };
  try {
    return { stdout, stderr: { path: paths.stderr, file: openSync(paths.stderr, flags, 0o600) } };
  } catch (error) {
    closeSync(stdout.file);
    throw error;
  }
}

/** Lets go of output files that nobody follows. */
export function closeOutput({ stdout, stderr }: OutputFiles): void {
  for (const { file } of [stdout, stderr]) closeSync(file);
}

/** Where the output of an attempt goes, if it is captured. */
export function outputPaths(directory: string): Readonly<Record<OutputStream, string>> {
  return { stdout: join(directory, "stdout.log"), stderr: join(directory, "stderr.log") };
}

/** How often, in milliseconds, the files are looked at. */
const LOOK_EVERY = 100;
/** How much is handed over at once, and how much of one file before other work gets its turn; in bytes. */
const CHUNK = 2 ** 20;
const TURN = 8 * CHUNK;

interface Followed {
  readonly stream: OutputStream;
  readonly file: number;
  /** How far it was handed over, how long it was when last looked at, and how much was cut off it before. */
  at: number;
  size: number;
  lost: number;
}

/**
 * Follows the output of an agent and hands over what is new, in chunks of at most 1 MiB, until it is closed. However
 * fast it grows, no more than one chunk is held; nobody waits for the end of the file but `close`. What goes beyond the limit
 * is counted, not handed over, and not kept.
 */
export class OutputFollower {
  readonly #followed: readonly Followed[];
  readonly #show: (stream: OutputStream, chunk: Buffer) => void;
  /** How much may still be handed over, in bytes. */
  #left: number;
  readonly #limit: number;
  #lastGrowth = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param files are its own from now on: it closes them
   * @param limit how much is handed over, and how much of each file is kept, in bytes
   * @param from where to begin in files that already hold something: at their start, or with what is new
   */
  constructor(
    files: OutputFiles,
    show: (stream: OutputStream, chunk: Buffer) => void,
    limit = Number.POSITIVE_INFINITY,
    from: "start" | "end" = "start",
  ) {
    this.#limit = limit;
    this.#left = limit;
    const follow = (stream: OutputStream): Followed => {
      const { file } = files[stream];
      const { size } = fstatSync(file);
      return { stream, file, at: from === "end" ? size : 0, size, lost: 0 };
    };
    this.#followed = [follow("stdout"), follow("stderr")];
    this.#show = show;
    // Not at once: whoever starts the agent tells of that first.
    this.#timer = setTimeout(() => this.#turn(), 0).unref();
  }

  /** How much was written so far, in bytes, as of the last look; what the agent cut off again included. */
  get bytes(): number {
    return this.#followed.reduce((sum, { size, lost }) => sum + size + lost, 0);
  }

  /** When growth was last seen (`performance.now()`), or when following began. */
  get lastGrowth(): number {
    return this.#lastGrowth;
  }

  /** Hands over what was written until now, and ends. Whoever still writes does not keep it waiting. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const one of this.#followed) {
      this.#look(one);
      while (this.#handOver(one)) await otherWork();
      if (one.size > this.#limit) ftruncateSync(one.file, this.#limit);
      closeSync(one.file);
    }
  }

  #turn(): void {
    let behind = false;
    for (const one of this.#followed) {
      this.#look(one);
      behind = this.#handOver(one) || behind;
    }
    this.#timer = setTimeout(() => this.#turn(), behind ? 0 : LOOK_EVERY).unref();
  }

  #look(one: Followed): void {
    const { size } = fstatSync(one.file);
    if (size === one.size) return;
    this.#lastGrowth = performance.now();
    if (size < one.size) {
      // Somebody has emptied the file.
      one.lost += one.size;
      one.at = 0;
    }
    one.size = size;
  }

  /** Whether there is more than fits in one turn. */
  #handOver(one: Followed): boolean {
    const end = Math.min(one.size, one.at + TURN, one.at + this.#left);
    while (one.at < end) {
      // A new one each time: whoever it is handed to may keep it.
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, end - one.at));
      const read = readSync(one.file, chunk, 0, chunk.length, one.at);
      // It was cut off since; the next look sees that.
      if (read === 0) return false;
      one.at += read;
      this.#left -= read;
      this.#show(one.stream, chunk.subarray(0, read));
    }
    return one.at < one.size && this.#left > 0;
  }
}

/** A line longer than this, in bytes, is shown in pieces: its end may never come. */
const LONGEST_LINE = 2 ** 16;
const NEWLINE = Buffer.from("\n");

/** Puts a label before each line of a stream, and hands on whole lines only, so that two streams can be shown together. */
export class LinePrefixer {
  readonly #label: Buffer;
  readonly #write: (lines: Buffer) => void;
  #begun: Buffer = Buffer.alloc(0);

  /** @param label what stands before each line as it is, its separator included */
  constructor(label: string, write: (lines: Buffer) => void) {
    this.#label = Buffer.from(label);
    this.#write = write;
  }

  push(chunk: Buffer): void {
    const text = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const lines: Buffer[] = [];
    let from = 0;
    for (;;) {
      const newline = text.indexOf(NEWLINE, from);
      const end = newline === -1 ? text.length : newline + 1;
      while (end - from > LONGEST_LINE) {
        const cut = characterStart(text, from + LONGEST_LINE);
        lines.push(this.#label, text.subarray(from, cut), NEWLINE);
        from = cut;
      }
      if (newline === -1) break;
      lines.push(this.#label, text.subarray(from, end));
      from = end;
    }
    // Copied, so as not to keep the whole chunk.
    this.#begun = Buffer.from(text.subarray(from));
    if (lines.length > 0) this.#write(Buffer.concat(lines));
  }

  /** Hands on a last line that has no end. */
  end(): void {
    if (this.#begun.length > 0) this.#write(Buffer.concat([this.#label, this.#begun, NEWLINE]));
    this.#begun = Buffer.alloc(0);
  }
}

/** The place, at or shortly before this one, where a character of UTF-8 begins. */
function characterStart(text: Buffer, at: number): number {
  for (let start = at; start > at - 4; start--) if (((text[start] ?? 0) & 0xc0) !== 0x80) return start;
  return at;
}
