import type { Store } from "@runa/store";
import { noteMethodology, type ToldMethodology } from "@runa/store/log";
import type { Methodology } from "../methodology/methodology.ts";
import { methodologyContents } from "../methodology/sources.ts";

/**
 * Has the log tell that a project is opened with another methodology than the last time: by the bytes of its manifest, its
 * schemas and its instructions (attempts.md section 8). Their contents are kept with that.
 */
export function recordMethodology(store: Store, methodology: Methodology): void {
  const { fingerprint, body } = toldMethodology(methodology);
  noteMethodology(store, fingerprint, () => ({ body: body(), contents: methodologyContents(methodology) }));
}

/** A methodology as the log tells of it. */
export function toldMethodology({ name, manifestHash, sourcesHash, types, protocols }: Methodology): ToldMethodology {
  return {
    fingerprint: sourcesHash,
    body: () => ({
      methodology: name,
      manifest: manifestHash,
      schemas: Object.fromEntries(Array.from(types.values(), (type) => [type.name, type.fileHash])),
      instructions: Object.fromEntries(protocols.map((protocol) => [protocol.name, protocol.instructionsHash])),
    }),
  };
}
