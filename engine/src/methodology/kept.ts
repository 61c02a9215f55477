import { dirname } from "node:path";
import { keepMethodology, keptMethodology, knownSchemaHash, rememberSchemaFiles, type Store } from "@runa/store";
import { identitiesNow, SourceReading } from "@runa/store/files";
import type { TomlDocument, TomlFinding } from "../toml/parse.ts";
import { version } from "../version.ts";
import { LazyCompiler } from "./lazy-compiler.ts";
import { LazyProtocol, LazyType, lazyDocument, type ProtocolFacts, type TypeFacts } from "./lazy-texts.ts";
import { type ArtifactType, instructionsFile, loadMethodology, type Methodology, schemaFile } from "./methodology.ts";

/** What is kept of a methodology: everything but the texts of its files. */
interface Facts {
  readonly name: string;
  readonly manifestHash: string;
  readonly sourcesHash: string;
  readonly types: readonly TypeFacts[];
  readonly protocols: readonly ProtocolFacts[];
  readonly findings: readonly TomlFinding[];
}

/** By whom something is kept: another runa reads the files again. Its number changes with what is made of a manifest. */
const KEEPER = `${version} 4`;

/**
 * The methodology of a project. What was made of it at an earlier command is taken from the store where every one of its
 * files still has the stat identity under which it was read; otherwise all of them are read. A methodology in which
 * anything is wrong is never kept.
 * @param reread reads all of them whatever their identities say: for whoever obeys it, because what is kept can be edited
 * @throws DiagnosticsError as `loadMethodology`
 */
export async function projectMethodology(store: Store, file: string, reread = false): Promise<Methodology> {
  return (reread ? null : keptBefore(store, file)) ?? (await loadAndKeep(store, file));
}

function keptBefore(store: Store, file: string): Methodology | null {
  const kept = keptMethodology(store, file, KEEPER);
  if (kept === null) return null;
  const facts: Facts = JSON.parse(kept.content);
  return identitiesNow(sourcesOf(file, facts)) === kept.identities ? new KeptMethodology(file, facts) : null;
}

async function loadAndKeep(store: Store, file: string): Promise<Methodology> {
  const reading = new SourceReading([store.directory, dirname(file)]);
  const memory = {
    hashOf: (fileHash: string) => knownSchemaHash(store, fileHash),
    remember: (found: Parameters<typeof rememberSchemaFiles>[1]) => rememberSchemaFiles(store, found),
  };
  const methodology = await loadMethodology(file, memory, (path) => reading.read(path));
  const facts = factsOf(methodology);
  const identities = reading.identities(sourcesOf(file, facts));
  if (identities !== null) keepMethodology(store, file, KEEPER, { identities, content: JSON.stringify(facts) });
  return methodology;
}

/** Every file that a methodology is loaded from. */
function sourcesOf(file: string, { types, protocols }: Facts): string[] {
  const root = dirname(file);
  return [
    file,
    ...types.map(({ name }) => schemaFile(root, name)),
    ...protocols.map(({ name }) => instructionsFile(root, name)),
  ];
}

function factsOf({ name, manifestHash, sourcesHash, types, protocols, findings }: Methodology): Facts {
  return {
    name,
    manifestHash,
    sourcesHash,
    types: Array.from(types.values(), ({ name, hash, fileHash, annotation }) => ({ name, hash, fileHash, annotation })),
    protocols: protocols.map(({ instructions: _text, ...facts }) => facts),
    findings,
  };
}

class KeptMethodology implements Methodology {
  readonly name: string;
  readonly file: string;
  readonly manifestHash: string;
  readonly sourcesHash: string;
  readonly types: ReadonlyMap<string, ArtifactType>;
  readonly protocols: readonly LazyProtocol[];
  readonly findings: readonly TomlFinding[];
  #document: TomlDocument | undefined;

  constructor(file: string, facts: Facts) {
    const root = dirname(file);
    const compiler = new LazyCompiler();
    this.name = facts.name;
    this.file = file;
    this.manifestHash = facts.manifestHash;
    this.sourcesHash = facts.sourcesHash;
    this.types = new Map(
      facts.types.map((type) => [type.name, new LazyType(type, schemaFile(root, type.name), compiler)]),
    );
    this.protocols = facts.protocols.map((facts) => new LazyProtocol(facts, instructionsFile(root, facts.name)));
    this.findings = facts.findings;
  }

  /** @throws RunaError where the manifest is no longer what it was */
  get document(): TomlDocument {
    this.#document ??= lazyDocument(this.file, this.manifestHash);
    return this.#document;
  }
}

/**
 * Reads every text of a methodology that has not been read, so that from now on it is what it is, whatever becomes of its
 * files.
 * @throws RunaError where one has changed since the rest was loaded
 */
export function holdTexts({ types, protocols }: Methodology): void {
  for (const type of types.values()) void type.schema;
  for (const protocol of protocols) void protocol.instructions;
}
