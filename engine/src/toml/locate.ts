import type { AST } from "toml-eslint-parser";
import type { Diagnostic, TomlPath } from "../diagnostic.ts";
import { SourceLines } from "../source-lines.ts";
import { isTable, type TomlDocument, type TomlFinding, type TomlTable } from "./parse.ts";

/** A key or a value in the text, by offsets. */
export interface TomlSpan {
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly key: TomlSpan;
  readonly value: TomlSpan;
}

/** Finds the places of a document's keys and values; made by `openTomlMap`, because its parser is slow to load. */
export interface TomlMap {
  /** The place of exactly this path, or null. */
  find(path: TomlPath): Place | null;
  /** The offset where the last of the document's own keys ends with its value; 0 when it has none. */
  readonly ownKeysEnd: number;
  readonly hasTables: boolean;
}

/** What lies at one path of the document, and below it. */
class PlaceTree {
  place: Place | null = null;
  readonly #below = new Map<string | number, PlaceTree>();

  /** The tree at one step below; made where there is none. */
  at(step: string | number): PlaceTree {
    const known = this.#below.get(step);
    if (known !== undefined) return known;
    const made = new PlaceTree();
    this.#below.set(step, made);
    return made;
  }

  find(path: TomlPath, from = 0): Place | null {
    const step = path[from];
    if (step === undefined) return this.place;
    return this.#below.get(step)?.find(path, from + 1) ?? null;
  }
}

/**
 * Parses a document again, this time keeping positions: only for when there is something to report or to edit.
 * @throws what the parser throws where it takes less than the one that read the document first
 */
export async function openTomlMap(text: string): Promise<TomlMap> {
  const { parseTOML } = await import("toml-eslint-parser");
  const places = new PlaceTree();
  const top = parseTOML(text).body[0];
  for (const entry of top.body) {
    if (entry.type === "TOMLTable") {
      const table = noteHeader(places, entry);
      for (const keyValue of entry.body) noteKeyValue(table, keyValue);
    } else noteKeyValue(places, entry);
  }
  return {
    find: (path) => places.find(path),
    ownKeysEnd: top.body.findLast((entry) => entry.type === "TOMLKeyValue")?.range[1] ?? 0,
    hasTables: top.body.some((entry) => entry.type === "TOMLTable"),
  };
}

function note(tree: PlaceTree, key: AST.TOMLNode, value: AST.TOMLNode): void {
  tree.place ??= { key: spanOf(key), value: spanOf(value) };
}

function spanOf(node: AST.TOMLNode): TomlSpan {
  return { start: node.range[0], end: node.range[1] };
}

/** Notes what a table's header names on its way; returns the table's own tree. */
function noteHeader(places: PlaceTree, { resolvedKey, key }: AST.TOMLTable): PlaceTree {
  const parts = key.keys.values();
  let tree = places;
  for (const [index, step] of resolvedKey.entries()) {
    tree = tree.at(step);
    const part = typeof step === "string" ? parts.next().value : undefined;
    const whole = part === undefined || index === resolvedKey.length - 1;
    note(tree, whole ? key : part, whole ? key : part);
  }
  return tree;
}

function noteKeyValue(table: PlaceTree, { key, value }: AST.TOMLKeyValue): void {
  let tree = table;
  for (const part of key.keys) {
    tree = tree.at(part.type === "TOMLBare" ? part.name : part.value);
    note(tree, part, value);
  }
  noteValue(tree, value);
}

function noteValue(tree: PlaceTree, value: AST.TOMLContentNode): void {
  if (value.type === "TOMLArray") {
    for (const [index, element] of value.elements.entries()) {
      note(tree.at(index), element, element);
      noteValue(tree.at(index), element);
    }
  } else if (value.type === "TOMLInlineTable") {
    for (const keyValue of value.body) noteKeyValue(tree, keyValue);
  }
}

/** Turns findings into diagnostics with line and column; one about what is missing points at what should hold it. */
export async function locate(document: TomlDocument, findings: readonly TomlFinding[]): Promise<Diagnostic[]> {
  if (findings.length === 0) return [];
  const map = await openTomlMap(document.text).catch(() => null);
  const lines = new SourceLines(document.text);
  const located = findings.map(({ severity, path, naming, at, message }): Diagnostic => {
    const exact = naming === undefined ? path : [...path, ...pathOfName(valueAt(document.table, path), naming)];
    const span = map === null ? null : spanFor(map, exact, at);
    return span === null
      ? { severity, file: document.file, message }
      : { severity, file: document.file, message, position: lines.positionAt(span.start) };
  });
  return located.sort(byPlace);
}

function byPlace({ position: a }: Diagnostic, { position: b }: Diagnostic): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}

function spanFor(map: TomlMap, path: TomlPath, at: "key" | "value"): TomlSpan | null {
  for (let length = path.length; length > 0; length--) {
    const place = map.find(path.slice(0, length));
    if (place !== null) return length === path.length && at === "value" ? place.value : place.key;
  }
  return null;
}

function valueAt(table: TomlTable, path: TomlPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isTable(value) ? value[step] : undefined;
  }, table);
}

/** The path, below a list of names or a trigger, of the first place that gives a name; empty where none does. */
function pathOfName(value: unknown, name: string): TomlPath {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      if (element === name) return [index];
      const below = pathOfName(element, name);
      if (below.length > 0) return [index, ...below];
    }
  } else if (isTable(value)) {
    if (value.name === name) return ["name"];
    const below = pathOfName(value.conditions, name);
    if (below.length > 0) return ["conditions", ...below];
  }
  return [];
}
