import { resolve } from "node:path";
import type { InstanceId, InstanceRef } from "@runa/store";
import { instanceIdProblem, readSourceFile } from "@runa/store/files";
import type { TomlPath } from "../diagnostic.ts";
import {
  caseFileUnreadable,
  caseIdUnusable,
  caseNumberUnkept,
  caseUnknownProtocol,
  caseUnknownType,
  wrongNames,
  wrongValue,
} from "../messages.ts";
import { didYouMean } from "../suggestion.ts";
import { isTable, kindOf, type TomlTable } from "../toml/parse.ts";
import { ValueReader } from "../toml/value-reader.ts";
import { whyUnreadable } from "../unreadable.ts";
import type { Content, Deliveries, Placed } from "./case.ts";
import type { KnownNames } from "./names.ts";

/** Reads the artifacts that a case names, and those that it holds. */
export class ContentReader extends ValueReader {
  protected readonly declared: KnownNames;
  /** From where the files that a case names are looked for. */
  readonly #directory: string;

  constructor(declared: KnownNames, directory: string) {
    super();
    this.declared = declared;
    this.#directory = directory;
  }

  /** The artifacts of a table, by `TYPE` or `TYPE/ID`. */
  protected placed(table: TomlTable, path: TomlPath): Placed[] {
    return Object.entries(table).flatMap(([key, value]) => {
      const instance = this.instance(key, [...path, key], "key");
      const content = this.#content(value, [...path, key], key);
      return instance === null || content === null ? [] : [{ ...instance, content }];
    });
  }

  /** What protocols deliver, each time that they are executed. */
  protected deliveries(table: TomlTable, path: TomlPath): ReadonlyMap<string, readonly Deliveries[]> {
    return new Map(
      Object.entries(table).map(([protocol, value]) => {
        const at = [...path, protocol];
        this.protocolName(protocol, at, "key");
        const rounds = Array.isArray(value) ? [...value.entries()] : ([[null, value]] as const);
        return [
          protocol,
          rounds.map(([index, round]): Deliveries => {
            const place = index === null ? at : [...at, index];
            if (isTable(round)) return this.placed(round, place);
            this.error(place, wrongValue(protocol, "a table of artifacts, or a list of such tables", kindOf(round)));
            return [];
          }),
        ];
      }),
    );
  }

  /** The instance that a text names: `TYPE/ID`, or `TYPE` for the one whose id is its type's name. */
  protected instance(name: string, path: TomlPath, at: "key" | "value"): InstanceRef | null {
    const slash = name.indexOf("/");
    const type = slash === -1 ? name : name.slice(0, slash);
    const id = slash === -1 ? name : name.slice(slash + 1);
    if (!this.declared.types.includes(type)) {
      this.error(path, caseUnknownType(type, didYouMean(type, this.declared.types)), at);
      return null;
    }
    const problem = instanceIdProblem(id);
    if (problem === null) return { type, id: id as InstanceId };
    this.error(path, caseIdUnusable(id, problem), at);
    return null;
  }

  /** Reports a name that is no protocol's. */
  protected protocolName(name: string, path: TomlPath, at: "key" | "value"): boolean {
    if (this.declared.protocols.includes(name)) return true;
    this.error(path, caseUnknownProtocol(name, didYouMean(name, this.declared.protocols)), at);
    return false;
  }

  /** A list of strings; none where the key is missing. */
  protected list(table: TomlTable, path: TomlPath, key: string, what: string): [string, TomlPath][] {
    const value = table[key];
    if (value === undefined) return [];
    const at = [...path, key];
    if (!Array.isArray(value)) {
      this.error(at, wrongValue(key, `a list of ${what}`, kindOf(value)));
      return [];
    }
    return value.flatMap((entry, index): [string, TomlPath][] => {
      if (typeof entry === "string") return [[entry, [...at, index]]];
      this.error([...at, index], wrongNames(key, what, kindOf(entry)));
      return [];
    });
  }

  #content(value: unknown, path: TomlPath, key: string): Content | null {
    if (value === true) return { kind: "made" };
    if (typeof value === "string") return this.#file(value, path);
    if (!isTable(value) && !Array.isArray(value)) {
      this.error(
        path,
        wrongValue(
          key,
          "the artifact as a table, the name of a file, or true",
          value === false ? "false" : kindOf(value),
        ),
      );
      return null;
    }
    const unkept = unkeptIn(value, path);
    if (unkept === null) return { kind: "value", value };
    this.error(unkept, caseNumberUnkept());
    return null;
  }

  #file(name: string, path: TomlPath): Content | null {
    const file = resolve(this.#directory, name);
    try {
      return { kind: "file", bytes: readSourceFile(file) };
    } catch (error) {
      this.error(path, caseFileUnreadable(name, whyUnreadable(file, error)));
      return null;
    }
  }
}

/** Where a value holds a number that JSON does not keep as it was written; null where it holds none. */
function unkeptIn(value: unknown, path: TomlPath): TomlPath | null {
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return path;
  if (value instanceof Date || typeof value !== "object" || value === null) return null;
  for (const [key, below] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const found = unkeptIn(below, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}
