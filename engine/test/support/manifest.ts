import type { SchemaHash } from "@runa/store";
import { sha256 } from "@runa/store/json";
import { type Diagnostic, DiagnosticsError } from "../../src/diagnostic.ts";
import { manifestFindings } from "../../src/methodology/manifest-findings.ts";
import {
  loadMethodology,
  type Methodology,
  manifestPath,
  type SchemaMemory,
} from "../../src/methodology/methodology.ts";
import { locate } from "../../src/toml/locate.ts";
import { Disk } from "./disk.ts";

/** Lines 1 to 3, with the types `a` and `b` in line 2, so that what follows begins at line 4. */
export const HEAD = 'name = "m"\nartifact_types = [{ name = "a" }, { name = "b" }]\n# what follows begins below\n';

/** A protocol `p` in three lines, the third its trigger; what follows belongs to it. */
export const P = '[[protocols]]\nname = "p"\ntrigger = { type = "on_artifact", name = "a" }\n';

/** Uses `b`, so that nothing is said of it. */
export const USE_B = 'accepts = ["b"]\n';

/** Files of a methodology beside its manifest; null leaves one out that would be there. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** Knows that `{}` is a schema, so that it is not compiled for every test anew. */
export const MEMORY: SchemaMemory = {
  hashOf: (fileHash) => (fileHash === sha256("{}") ? (fileHash as SchemaHash) : null),
  remember: () => {},
};

const TYPES = ["a", "b", "c", "d"];
const PROTOCOLS = ["p", "q", "r"];

/** A methodology on a disk with schemas for `a` to `d` and instructions for `p` to `r`, whatever the manifest says. */
export function layOut(disk: Disk, manifest: string | Uint8Array, files: Files = {}): string {
  const usual = Object.fromEntries([
    ...TYPES.map((type) => [`schemas/${type}.schema.json`, "{}"]),
    ...PROTOCOLS.map((protocol) => [`protocols/${protocol}/PROTOCOL.md`, `Do ${protocol}.\n`]),
  ]);
  const all = Object.entries<string | Uint8Array | null>({ ...usual, ...files });
  disk.write({ "manifest.toml": manifest, ...Object.fromEntries(all.filter(([, content]) => content !== null)) });
  return disk.at("manifest.toml");
}

/** What is wrong with the manifest of a methodology that loads. */
export async function manifestDiagnostics(methodology: Methodology): Promise<readonly Diagnostic[]> {
  return locate(methodology.document, manifestFindings(methodology));
}

/** What loading and, where that succeeds, linting the manifest says of a methodology, in its order. */
export async function diagnose(manifest: string | Uint8Array, files: Files = {}): Promise<readonly Diagnostic[]> {
  using disk = new Disk();
  const file = layOut(disk, manifest, files);
  try {
    return await manifestDiagnostics(await loadMethodology(file, MEMORY));
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics;
    throw error;
  }
}

/** `6:9 error: …`, with the file's place in the methodology where it is not the manifest. */
export async function diagnosed(manifest: string | Uint8Array, files: Files = {}): Promise<string[]> {
  const found = await diagnose(manifest, files);
  return found.map(({ severity, file, message, position }) => {
    const name = file.replace(/^.*\/runa-engine-[^/]*\//, "");
    const place = position === undefined ? "-" : `${position.line}:${position.column}`;
    return `${name === "manifest.toml" ? "" : `${name} `}${place} ${severity}: ${message.replace(/\/\S*\/runa-engine-[^/]*/, "…")}`;
  });
}

/** Loads a methodology that nothing is wrong with. */
export async function loaded(manifest: string | Uint8Array, files: Files = {}): Promise<Methodology> {
  using disk = new Disk();
  return await loadMethodology(manifestPath(layOut(disk, manifest, files)), MEMORY);
}
