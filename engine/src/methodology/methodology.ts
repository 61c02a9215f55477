import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ScannedType, SchemaHash } from "@runa/store";
import { readSourceFile } from "@runa/store/files";
import { JsonError, sha256 } from "@runa/store/json";
import { parseSchema, SchemaError, type Validator } from "@runa/store/schema";
import { type Diagnostic, DiagnosticsError, type TomlPath } from "../diagnostic.ts";
import { openJsonMap } from "../json-map.ts";
import {
  instructionsUnreadable,
  manifestUnreadable,
  schemaFileNotJson,
  schemaFileUnreadable,
  schemaFileUnusable,
  workUnitRequired,
} from "../messages.ts";
import { locate } from "../toml/locate.ts";
import { parseToml, type TomlDocument, type TomlFinding } from "../toml/parse.ts";
import { whyUnreadable } from "../unreadable.ts";
import { type Annotation, readAnnotation, type SchemaProblem } from "./annotation.ts";
import { refusedBase } from "./base-properties.ts";
import { decidedTypeProblems, decisionTypeFindings } from "./decision-types.ts";
import { LazyCompiler } from "./lazy-compiler.ts";
import { type Manifest, type ProtocolDeclaration, readManifest, unsafeReason } from "./manifest.ts";
import { flatTrigger, typesOf } from "./trigger.ts";

/** An artifact type with its schema. */
export interface ArtifactType extends ScannedType {
  readonly name: string;
  /** `sha256:<hex>` of the schema file's bytes. */
  readonly fileHash: string;
  /** What the schema says of the type in `x-runa`; null where that is nothing. */
  readonly annotation: Annotation | null;
}

/** A protocol with its instructions. */
export interface Protocol extends ProtocolDeclaration {
  readonly instructions: string;
  readonly instructionsHash: string;
  /**
   * Hash over everything whose change voids the protocol's records: its declaration, its instructions, and the schemas
   * that it reads or writes (contract.md section 5).
   */
  readonly fingerprint: string;
}

/** A loaded methodology. Of one that was kept since an earlier command, texts are read when they are asked for. */
export interface Methodology {
  readonly name: string;
  /** The manifest's file, absolute. */
  readonly file: string;
  /** `sha256:<hex>` of the manifest's text. */
  readonly manifestHash: string;
  /** `sha256:<hex>` over everything that it was loaded from: manifest, schemas, instructions. */
  readonly sourcesHash: string;
  readonly types: ReadonlyMap<string, ArtifactType>;
  /** In the manifest's order. */
  readonly protocols: readonly Protocol[];
  /** The manifest as it was read, for the findings that `lint` makes and locates. */
  readonly document: TomlDocument;
  readonly findings: readonly TomlFinding[];
}

/** What is remembered of schema files, so that a valid one need not be compiled to say so. */
export interface SchemaMemory {
  /** The schema hash of a file that is known to be a valid JSON Schema, by the hash of its bytes. */
  hashOf(fileHash: string): SchemaHash | null;
  remember(found: ReadonlyMap<string, SchemaHash>): void;
}

const NO_MEMORY: SchemaMemory = { hashOf: () => null, remember: () => {} };

/** How the files of a methodology are read. */
export type SourceReader = (path: string) => Buffer;

/** The manifest that a path means: a directory means its `manifest.toml`. */
export function manifestPath(path: string): string {
  try {
    return statSync(path).isDirectory() ? join(path, "manifest.toml") : path;
  } catch {
    return path;
  }
}

/** Where the schema of an artifact type lies, in the directory of the manifest. */
export function schemaFile(root: string, type: string): string {
  // Not `join`, which takes longer than asking for the file's stats.
  return `${root}/schemas/${type}.schema.json`;
}

/** Where the instructions of a protocol lie, in the directory of the manifest. */
export function instructionsFile(root: string, protocol: string): string {
  return `${root}/protocols/${protocol}/PROTOCOL.md`;
}

/** Every artifact type that a protocol may write. */
export function outputTypesOf(protocol: ProtocolDeclaration): string[] {
  return [...protocol.produces, ...protocol.choices.flatMap((choice) => choice.members), ...protocol.mayProduce];
}

/** Every artifact type that a protocol owes: `produces` and the members of its choices. */
export function owedTypesOf(protocol: ProtocolDeclaration): string[] {
  return [...protocol.produces, ...protocol.choices.flatMap((choice) => choice.members)];
}

/** Every artifact type that `requires` or the trigger names: what a record of freshness covers. */
export function readTypesOf(protocol: ProtocolDeclaration): string[] {
  return [...new Set([...protocol.requires, ...typesOf(protocol.trigger)])];
}

/** A manifest that cannot be read at all: what is wrong is the name that was given for it, or its place. */
export class UnreadableManifestError extends DiagnosticsError {
  readonly file: string;
  readonly reason: string;
  constructor(file: string, reason: string) {
    super([{ severity: "error", file, message: manifestUnreadable(reason) }]);
    this.file = file;
    this.reason = reason;
  }
}

/** A methodology whose manifest could be read, and in which something else is wrong. */
export class UnloadableMethodologyError extends DiagnosticsError {
  /** What could be loaded of it: good only for finding out what else is wrong. */
  readonly loaded: Methodology;
  constructor(diagnostics: readonly Diagnostic[], loaded: Methodology) {
    super(diagnostics);
    this.loaded = loaded;
  }
}

/**
 * Loads a methodology: manifest, schemas, instructions. Everything that is wrong is found at once.
 * @throws DiagnosticsError with each error's file and, where there is one, line and column; UnreadableManifestError,
 * UnloadableMethodologyError
 */
export async function loadMethodology(
  file: string,
  memory: SchemaMemory = NO_MEMORY,
  read: SourceReader = readSourceFile,
): Promise<Methodology> {
  const document = parseToml(file, readManifestFile(file, read));
  const { manifest, failed, findings } = readManifest(document.table);
  const diagnostics: Diagnostic[] = [];
  const types = await loadTypes(dirname(file), manifest, memory, read, diagnostics);
  const protocols = loadProtocols(dirname(file), manifest, types, read, diagnostics);
  const misused = [...workUnitFindings(manifest, types), ...decisionTypeFindings(manifest.protocols, types)];
  const manifestHash = sha256(document.text);
  const sourcesHash = sourcesHashOf(manifestHash, types.values(), protocols);
  const loaded = { name: manifest.name, file, manifestHash, sourcesHash, types, protocols, document, findings };
  if (!failed && diagnostics.length === 0 && misused.length === 0) return loaded;
  // Unknown keys too: `scopd = true` is why an output that names a work unit cannot be written.
  const ofManifest = await locate(document, [...findings, ...misused]);
  throw new UnloadableMethodologyError([...ofManifest, ...diagnostics], loaded);
}

function sourcesHashOf(manifestHash: string, types: Iterable<ArtifactType>, protocols: readonly Protocol[]): string {
  const schemas = Array.from(types, ({ name, fileHash }) => [name, fileHash]);
  const instructions = protocols.map(({ name, instructionsHash }) => [name, instructionsHash]);
  return sha256(JSON.stringify([manifestHash, schemas, instructions]));
}

function readManifestFile(file: string, read: SourceReader): Buffer {
  try {
    return read(file);
  } catch (error) {
    throw new UnreadableManifestError(file, whyUnreadable(file, error));
  }
}

async function loadTypes(
  root: string,
  manifest: Manifest,
  memory: SchemaMemory,
  read: SourceReader,
  diagnostics: Diagnostic[],
): Promise<Map<string, ArtifactType>> {
  const compiler = new LazyCompiler();
  const types = new Map<string, ArtifactType>();
  const checked = new Map<string, SchemaHash>();
  const annotated: AnnotatedFile[] = [];
  for (const name of new Set(manifest.artifactTypes)) {
    // Reported already; no file has such a name.
    if (unsafeReason(name) !== null) continue;
    const file = schemaFile(root, name);
    let text = "";
    try {
      const bytes = read(file);
      text = bytes.toString("utf8");
      const fileHash = sha256(bytes);
      const source = parseSchema(bytes);
      const { annotation, problems } = readAnnotation(source.schema);
      // What is remembered spares the judgement of a schema, never its reading: what it says is what the file says.
      const known = memory.hashOf(fileHash) === source.hash;
      let compiled: Promise<Validator> | undefined;
      const validator = () => {
        compiled ??= compiler.compile(source, annotation, known);
        return compiled;
      };
      if (!known) {
        await validator();
        checked.set(fileHash, source.hash);
      }
      types.set(name, { ...source, name, fileHash, annotation, validator });
      if (annotation !== null || problems.length > 0) annotated.push({ name, file, text, problems });
    } catch (error) {
      diagnostics.push(await schemaDiagnostic(name, file, text, error));
    }
  }
  if (checked.size > 0) memory.remember(checked);
  diagnostics.push(...(await annotationDiagnostics(annotated, manifest.artifactTypes, types)));
  return types;
}

/** A schema file whose root has an annotation, with what is wrong in it. */
interface AnnotatedFile {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly problems: readonly SchemaProblem[];
}

/** What is wrong with annotations, each by itself and beside each other. */
async function annotationDiagnostics(
  files: readonly AnnotatedFile[],
  declared: readonly string[],
  types: ReadonlyMap<string, ArtifactType>,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const { name, file, text, problems } of files) {
    const type = types.get(name);
    const all = [...problems];
    if (type !== undefined) {
      all.push(...decidedTypeProblems(type, declared, types));
      if (type.annotation !== null) all.push(...refusedBase(type.schema, type.annotation.kind));
    }
    if (all.length === 0) continue;
    const map = await openJsonMap(text);
    for (const { pointer, at, message } of all) {
      const position = map.positionOf(pointer, at);
      diagnostics.push({
        severity: "error",
        file,
        message: schemaFileUnusable(name, message),
        ...(position && { position }),
      });
    }
  }
  return diagnostics;
}

async function schemaDiagnostic(type: string, file: string, text: string, error: unknown): Promise<Diagnostic> {
  const severity = "error";
  if (error instanceof SchemaError) {
    const position = (await openJsonMap(text)).positionOf(error.pointer);
    return { severity, file, message: schemaFileUnusable(type, error.message), ...(position && { position }) };
  }
  if (error instanceof JsonError) {
    const position = { line: error.line, column: error.column, text: text.split("\n")[error.line - 1] ?? "" };
    return { severity, file, message: schemaFileNotJson(type, error.message), position };
  }
  return { severity, file, message: schemaFileUnreadable(type, whyUnreadable(file, error)) };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * A protocol's instructions from the bytes of their file; a byte order mark is passed over.
 * @throws TypeError for what is no UTF-8
 */
export function instructionsText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

function loadProtocols(
  root: string,
  manifest: Manifest,
  types: ReadonlyMap<string, ArtifactType>,
  read: SourceReader,
  diagnostics: Diagnostic[],
): Protocol[] {
  const seen = new Set<string>();
  return manifest.protocols.flatMap((declaration): Protocol[] => {
    if (unsafeReason(declaration.name) !== null || seen.has(declaration.name)) return [];
    seen.add(declaration.name);
    const file = instructionsFile(root, declaration.name);
    try {
      const instructions = instructionsText(read(file));
      const instructionsHash = sha256(instructions);
      const fingerprint = fingerprintOf(declaration, instructionsHash, types);
      return [{ ...declaration, instructions, instructionsHash, fingerprint }];
    } catch (error) {
      const reason = error instanceof TypeError ? "it is not valid UTF-8" : whyUnreadable(file, error);
      diagnostics.push({
        severity: "error",
        file,
        message: instructionsUnreadable(declaration.name, reason),
      });
      return [];
    }
  });
}

function fingerprintOf(
  declaration: ProtocolDeclaration,
  instructionsHash: string,
  types: ReadonlyMap<string, ArtifactType>,
): string {
  const named = [...new Set([...readTypesOf(declaration), ...declaration.accepts, ...outputTypesOf(declaration)])];
  const schemas = named.map((name) => [name, types.get(name)?.hash ?? null]);
  const { name, requires, accepts, produces, mayProduce, choices, scoped } = declaration;
  const members = choices.map((choice) => [choice.name, choice.members]);
  const trigger = flatTrigger(declaration.trigger);
  // Lists only, so that no order of keys matters.
  const all = [name, requires, accepts, produces, mayProduce, members, scoped, trigger, instructionsHash, schemas];
  return sha256(JSON.stringify(all));
}

/** An unscoped protocol has no work unit to put into an output that demands one. */
function workUnitFindings(manifest: Manifest, types: ReadonlyMap<string, ArtifactType>): TomlFinding[] {
  return manifest.protocols.flatMap((protocol, index) => {
    if (protocol.scoped) return [];
    return outputTypesOf(protocol).flatMap((name): TomlFinding[] => {
      const schema = types.get(name)?.schema;
      const required = typeof schema === "object" ? schema.required : undefined;
      if (!Array.isArray(required) || !required.includes("work_unit")) return [];
      return [
        {
          severity: "error",
          path: ["protocols", index, ...listHolding(protocol, name)],
          naming: name,
          at: "value",
          message: workUnitRequired(protocol.name, name),
        },
      ];
    });
  });
}

/** The path, below a protocol, of the list that names an output. */
function listHolding(protocol: ProtocolDeclaration, type: string): TomlPath {
  if (protocol.produces.includes(type)) return ["produces"];
  if (protocol.mayProduce.includes(type)) return ["may_produce"];
  const group = protocol.choices.findIndex(({ members }) => members.includes(type));
  return ["required_output_choices", group, "members"];
}
