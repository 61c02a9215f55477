import type { AST } from "toml-eslint-parser";
import type { Diagnostic, SourcePosition, TomlPath } from "../diagnostic.ts";
import type { TomlDocument, TomlFinding } from "./parse.ts";

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
  /** The offset of the first table header, where the document's own keys end; its length when there is none. */
  readonly firstTable: number;
}

/** Parses a document again, this time keeping positions: only for when there is something to report or to edit. */
export async function openTomlMap(text: string): Promise<TomlMap> {
  const { parseTOML } = await import("toml-eslint-parser");
  const places = new Map<string, Place>();
  const top = parseTOML(text).body[0];
  for (const entry of top.body) {
    if (entry.type === "TOMLTable") {
      note(places, entry.resolvedKey, entry.key, entry.key);
      for (const keyValue of entry.body) noteKeyValue(places, entry.resolvedKey, keyValue);
    } else noteKeyValue(places, [], entry);
  }
  return {
    find: (path) => places.get(JSON.stringify(path)) ?? null,
    firstTable: top.body.find((entry) => entry.type === "TOMLTable")?.range[0] ?? text.length,
  };
}

function note(places: Map<string, Place>, path: TomlPath, key: AST.TOMLNode, value: AST.TOMLNode): void {
  const id = JSON.stringify(path);
  if (!places.has(id)) places.set(id, { key: spanOf(key), value: spanOf(value) });
}

function spanOf(node: AST.TOMLNode): TomlSpan {
  return { start: node.range[0], end: node.range[1] };
}

function noteKeyValue(places: Map<string, Place>, table: TomlPath, { key, value }: AST.TOMLKeyValue): void {
  const path = [...table];
  for (const part of key.keys) {
    path.push(part.type === "TOMLBare" ? part.name : part.value);
    note(places, [...path], part, value);
  }
  noteValue(places, path, value);
}

function noteValue(places: Map<string, Place>, path: TomlPath, value: AST.TOMLContentNode): void {
  if (value.type === "TOMLArray") {
    for (const [index, element] of value.elements.entries()) {
      note(places, [...path, index], element, element);
      noteValue(places, [...path, index], element);
    }
  } else if (value.type === "TOMLInlineTable") {
    for (const keyValue of value.body) noteKeyValue(places, path, keyValue);
  }
}

/** Turns findings into diagnostics with line and column; one about what is missing points at what should hold it. */
export async function locate(document: TomlDocument, findings: readonly TomlFinding[]): Promise<Diagnostic[]> {
  if (findings.length === 0) return [];
  const map = await openTomlMap(document.text).catch(() => null);
  const located = findings.map(({ severity, path, at, message }): Diagnostic => {
    const span = map === null ? null : spanFor(map, path, at);
    return span === null
      ? { severity, file: document.file, message }
      : { severity, file: document.file, message, position: positionAt(document.text, span.start) };
  });
  return located.sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
}

function spanFor(map: TomlMap, path: TomlPath, at: "key" | "value"): TomlSpan | null {
  for (let length = path.length; length > 0; length--) {
    const place = map.find(path.slice(0, length));
    if (place !== null) return length === path.length && at === "value" ? place.value : place.key;
  }
  return null;
}

/** The line and column of an offset in a text. */
export function positionAt(text: string, offset: number): SourcePosition {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "");
  return { line: text.slice(0, start).split("\n").length, column: offset - start + 1, text: line };
}
