import { dirname } from "node:path";
import { type Content, contentNamed } from "@runa/store/contents";
import { readSourceFile } from "@runa/store/files";
import { sha256 } from "@runa/store/json";
import { instructionsFile, type Methodology, schemaFile } from "./methodology.ts";

/** Every file that a methodology was loaded from, with the hash of what it held. */
export function sourceHashes(methodology: Methodology): ReadonlyMap<string, string> {
  const root = dirname(methodology.file);
  return new Map([
    [methodology.file, methodology.manifestHash],
    ...Array.from(methodology.types.values(), ({ name, fileHash }) => [schemaFile(root, name), fileHash] as const),
    ...methodology.protocols.map(
      ({ name, instructionsHash }) => [instructionsFile(root, name), instructionsHash] as const,
    ),
  ]);
}

/**
 * What of a file's bytes has a hash: all of them, or their text without a byte order mark, as manifest and instructions are
 * hashed. Null where the file holds something else.
 */
export function hashedPart(bytes: Buffer, hash: string): Buffer | string | null {
  if (sha256(bytes) === hash) return bytes;
  const text = new TextDecoder().decode(bytes);
  return sha256(text) === hash ? text : null;
}

/** The contents of a methodology, to be kept: manifest, schemas and instructions, as far as its files still hold them. */
export function methodologyContents(methodology: Methodology): Content[] {
  return Array.from(sourceHashes(methodology), ([file, hash]) =>
    contentNamed(hash, () => {
      try {
        return hashedPart(readSourceFile(file), hash);
      } catch {
        // It has gone, or cannot be read any more: there is nothing to keep.
        return null;
      }
    }),
  );
}
