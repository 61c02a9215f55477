import { parse, TomlError } from "smol-toml";
import { type Diagnostic, DiagnosticsError, type TomlPath } from "../diagnostic.ts";
import { notToml, tomlNotUtf8, tomlTooDeep } from "../messages.ts";

/** A TOML document's data. */
export type TomlTable = { readonly [key: string]: unknown };

/** A finding in a TOML document, before anyone asked where it is. */
export interface TomlFinding {
  readonly severity: Diagnostic["severity"];
  readonly rule?: Diagnostic["rule"];
  readonly path: TomlPath;
  /** The name that is meant, where it stands in a list or a trigger at `path`: the place is the name's own. */
  readonly naming?: string;
  /** Whether the key or its value is meant. */
  readonly at: "key" | "value";
  readonly message: string;
}

/** A TOML file that was read and parsed. */
export interface TomlDocument {
  readonly file: string;
  readonly text: string;
  readonly table: TomlTable;
}

/** How deep tables and lists may nest, counted over the whole document. */
const MAX_DEPTH = 1000;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses a TOML file's bytes; a byte order mark is passed over.
 * @throws DiagnosticsError with the place of the first syntax error
 */
export function parseToml(file: string, bytes: Uint8Array): TomlDocument {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new DiagnosticsError([{ severity: "error", file, message: tomlNotUtf8() }]);
  }
  try {
    // TOML has 64 bits; one that a double does not hold may stand in a table that is none of runa's.
    const table = parse(text, { maxDepth: MAX_DEPTH, integersAsBigInt: "asNeeded" });
    if (isTooDeep(table)) throw new DiagnosticsError([{ severity: "error", file, message: tomlTooDeep(MAX_DEPTH) }]);
    return { file, text, table };
  } catch (error) {
    if (error instanceof DiagnosticsError) throw error;
    if (!(error instanceof TomlError))
      throw new DiagnosticsError([{ severity: "error", file, message: notToml(String(error)) }]);
    const { line, column } = error;
    const message = notToml((error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, ""));
    throw new DiagnosticsError([
      { severity: "error", file, message, position: { line, column, text: text.split(/\r?\n/)[line - 1] ?? "" } },
    ]);
  }
}

/**
 * Whether a document nests too deep for everything that walks it. The parser counts brackets only, not the parts of a
 * dotted key.
 */
function isTooDeep(table: TomlTable): boolean {
  let level: unknown[] = [table];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) => (isTable(value) || Array.isArray(value) ? Object.values(value) : []));
  }
  return false;
}

/** Whether a TOML value is a table, and neither a list nor a date. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** What kind of TOML value something is, for an error that says what was found instead. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a table";
  if (typeof value === "boolean") return "a boolean";
  return typeof value === "string" ? "a string" : "a number";
}
