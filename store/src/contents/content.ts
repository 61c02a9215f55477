import { deflateRawSync, inflateRawSync } from "node:zlib";

/** A content as it is kept. One that compression would not make shorter is kept as it is: its length tells. */
export interface Packed {
  /** Its length in bytes. */
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** A content that is to be kept, under the hash of its bytes. */
export interface Content {
  readonly hash: string;
  /** Null where its bytes cannot be had any more. They are read and compressed when they are asked for first, and held. */
  packed(): Packed | null;
  /** Holds its bytes no longer; asked for again, they are read again. */
  letGo(): void;
}

/**
 * A content that is to be kept.
 * @param read its bytes, or a text for its UTF-8: exactly those that the hash was taken of; null where they are gone
 */
export function contentNamed(hash: string, read: () => string | Uint8Array | null): Content {
  let found: Packed | null | undefined;
  return {
    hash,
    packed() {
      if (found === undefined) {
        const bytes = read();
        found = bytes === null ? null : pack(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
      }
      return found;
    },
    letGo() {
      found = undefined;
    },
  };
}

/** Shorter than this, in bytes, compression costs more than it spares. */
const WORTHWHILE = 200;

/** For what is not longer than this window, in bytes, a smaller machine compresses as well: to make it takes half of the time. */
const WINDOW = 4096;
const SMALL_MACHINE = { windowBits: 12, memLevel: 5 };

function pack(bytes: Uint8Array): Packed {
  const { length } = bytes;
  const shorter = length < WORTHWHILE ? bytes : deflateRawSync(bytes, length > WINDOW ? {} : SMALL_MACHINE);
  // A copy: what was given may be a part of memory that is used again.
  return { size: bytes.length, bytes: shorter.length < bytes.length ? shorter : Buffer.from(bytes) };
}

/**
 * The bytes that were packed.
 * @throws Error where they are not what was packed
 */
export function unpack({ size, bytes }: Packed): Buffer {
  if (bytes.length === size) return Buffer.from(bytes);
  // Nothing that was put in their place may fill the memory.
  return inflateRawSync(bytes, { maxOutputLength: size });
}
