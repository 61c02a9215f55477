/** Bytes that are not in SSH's binary format, or not in its one shortest form. */
export class WireError extends Error {}

/**
 * Reads SSH's binary format (RFC 4251 section 5). Each value has exactly one spelling here, so that a key cannot be written
 * in two ways: a number without needless zeros, nothing behind the last value.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** So many bytes as they stand. */
  raw(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new WireError("it ends too early");
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  byte(): number {
    return this.raw(1).readUInt8();
  }

  uint32(): number {
    return this.raw(4).readUInt32BE();
  }

  /** Bytes with their length before them. */
  string(): Buffer {
    return this.raw(this.uint32());
  }

  /** A string of exactly so many bytes. */
  sized(length: number): Buffer {
    const bytes = this.string();
    if (bytes.length !== length) throw new WireError(`${bytes.length} bytes stand where ${length} belong`);
    return bytes;
  }

  /** A string of printable ASCII, as names are. */
  name(): string {
    const text = this.string().toString("latin1");
    if (!/^[\x20-\x7e]*$/.test(text)) throw new WireError("a name in it is not plain text");
    return text;
  }

  /** The bytes of a number above zero, without a sign. */
  positive(): Buffer {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (bytes.length === 0 || first >= 0x80 || (first === 0 && (bytes.length === 1 || second < 0x80)))
      throw new WireError("a number in it is not positive, or not in its shortest form");
    return first === 0 ? bytes.subarray(1) : bytes;
  }

  /** Nothing may be left. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new WireError(`${left} bytes too many stand at its end`);
  }
}

/** A string in SSH's format: the length before the bytes. */
export function wireString(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The bytes of a base64 text in its one spelling; null for any other text. */
export function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
