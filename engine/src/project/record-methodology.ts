import { noteMethodology, type Store, sha256 } from "@runa/store";
import type { Methodology } from "../methodology/methodology.ts";

/**
 * Has the log tell that a project is opened with another methodology than the last time: by the bytes of its manifest, its
 * schemas and its instructions (attempts.md section 8).
 */
export function recordMethodology(store: Store, methodology: Methodology): void {
  const { name, document, types, protocols } = methodology;
  const manifest = sha256(document.text);
  const schemas = [...types.values()].map((type): [string, string] => [type.name, type.fileHash]);
  const instructions = protocols.map((protocol): [string, string] => [protocol.name, protocol.instructionsHash]);
  noteMethodology(store, sha256(JSON.stringify([manifest, schemas, instructions])), () => ({
    methodology: name,
    manifest,
    schemas: Object.fromEntries(schemas),
    instructions: Object.fromEntries(instructions),
  }));
}
