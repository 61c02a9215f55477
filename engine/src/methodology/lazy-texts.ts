import type { JsonSchema, SchemaHash } from "@runa/store";
import { readSourceFile, reasonOf } from "@runa/store/files";
import { sha256 } from "@runa/store/json";
import { parseKnownSchema, type SchemaSource, type Validator } from "@runa/store/schema";
import { RunaError } from "../diagnostic.ts";
import { changedWhileUsed } from "../messages.ts";
import { parseToml, type TomlDocument } from "../toml/parse.ts";
import type { Annotation } from "./annotation.ts";
import type { LazyCompiler } from "./lazy-compiler.ts";
import type { Choice, ProtocolDeclaration } from "./manifest.ts";
import { type ArtifactType, instructionsText, type Protocol } from "./methodology.ts";
import type { Trigger } from "./trigger.ts";

/** What is known of an artifact type whose schema has not been read. */
export type TypeFacts = Pick<ArtifactType, "name" | "hash" | "fileHash" | "annotation">;
/** What is known of a protocol whose instructions have not been read. */
export type ProtocolFacts = ProtocolDeclaration & Pick<Protocol, "instructionsHash" | "fingerprint">;

/** An artifact type whose schema is read when it is asked for, and must be what it was when the facts were found. */
export class LazyType implements ArtifactType {
  readonly name: string;
  readonly hash: SchemaHash;
  readonly fileHash: string;
  readonly annotation: Annotation | null;
  readonly #file: string;
  readonly #compiler: LazyCompiler;
  #source: SchemaSource | undefined;
  #compiled: Promise<Validator> | undefined;

  constructor({ name, hash, fileHash, annotation }: TypeFacts, file: string, compiler: LazyCompiler) {
    this.name = name;
    this.hash = hash;
    this.fileHash = fileHash;
    this.annotation = annotation;
    this.#file = file;
    this.#compiler = compiler;
  }

  /** @throws RunaError where the file is no longer what it was */
  get schema(): JsonSchema {
    return this.#read().schema;
  }

  async validator(): Promise<Validator> {
    this.#compiled ??= this.#compiler.compile(this.#read(), this.annotation, true);
    return this.#compiled;
  }

  #read(): SchemaSource {
    this.#source ??= still(this.#file, this.fileHash, (bytes) => ({
      hashed: bytes,
      value: () => parseKnownSchema(bytes, this.hash),
    }));
    return this.#source;
  }
}

/** A protocol whose instructions are read when they are asked for, and must be what they were when the facts were found. */
export class LazyProtocol implements Protocol {
  readonly name: string;
  readonly requires: readonly string[];
  readonly accepts: readonly string[];
  readonly produces: readonly string[];
  readonly mayProduce: readonly string[];
  readonly choices: readonly Choice[];
  readonly scoped: boolean;
  readonly trigger: Trigger;
  readonly instructionsHash: string;
  readonly fingerprint: string;
  readonly #file: string;
  #instructions: string | undefined;

  constructor(facts: ProtocolFacts, file: string) {
    this.name = facts.name;
    this.requires = facts.requires;
    this.accepts = facts.accepts;
    this.produces = facts.produces;
    this.mayProduce = facts.mayProduce;
    this.choices = facts.choices;
    this.scoped = facts.scoped;
    this.trigger = facts.trigger;
    this.instructionsHash = facts.instructionsHash;
    this.fingerprint = facts.fingerprint;
    this.#file = file;
  }

  /** @throws RunaError where the file is no longer what it was */
  get instructions(): string {
    this.#instructions ??= still(this.#file, this.instructionsHash, (bytes) => {
      const text = instructionsText(bytes);
      return { hashed: text, value: () => text };
    });
    return this.#instructions;
  }
}

/**
 * A manifest as it was when this hash of its text was taken.
 * @throws RunaError where it is no longer
 */
export function lazyDocument(file: string, hash: string): TomlDocument {
  return still(file, hash, (bytes) => {
    const document = parseToml(file, bytes);
    return { hashed: document.text, value: () => document };
  });
}

/** What a file held when it was read again: what its hash is taken of, and what is made of it. */
interface Rereading<T> {
  readonly hashed: string | Buffer;
  value(): T;
}

/** What a file holds, if that still has this hash: nothing of another state of the methodology is ever mixed in. */
function still<T>(file: string, hash: string, reading: (bytes: Buffer) => Rereading<T>): T {
  let read: Rereading<T>;
  try {
    read = reading(readSourceFile(file));
  } catch (error) {
    throw changed(file, reasonOf(error));
  }
  if (sha256(read.hashed) !== hash) throw changed(file, "it holds something else");
  return read.value();
}

function changed(file: string, how: string): RunaError {
  return new RunaError(changedWhileUsed(file, how));
}
