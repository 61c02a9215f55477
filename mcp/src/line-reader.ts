const NEWLINE = 10;
const RETURN = 13;

/** Cuts a stream of bytes into lines, without ever copying what is still incomplete. */
export class LineReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;
  #skipping = false;

  /** A line longer than `maxBytes` is read past and given as null. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that a chunk completes, without their line ends. */
  push(chunk: Uint8Array): (Uint8Array | null)[] {
    const lines: (Uint8Array | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
    return lines;
  }

  /** What is left when the stream has ended without a line end; null when nothing is, or only what was read past. */
  end(): Uint8Array | null {
    return this.#size > 0 ? this.#take() : null;
  }

  #add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#size += part.length;
    if (this.#size <= this.#maxBytes) this.#parts.push(part);
    else {
      this.#skipping = true;
      this.#parts = [];
    }
  }

  #take(): Uint8Array | null {
    const [first] = this.#parts;
    const whole = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
    const line = this.#skipping ? null : whole;
    this.#parts = [];
    this.#size = 0;
    this.#skipping = false;
    return line?.at(-1) === RETURN ? line.subarray(0, -1) : line;
  }
}
