import { openTomlMap, type TomlMap } from "./locate.ts";

const BYTE_ORDER_MARK = "\ufeff";

/** What becomes of a text: the characters from `start` to `end` are replaced. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly written: string;
}

/** A key of a table and what it is set to. */
export interface TableEntry {
  readonly table: string;
  readonly key: string;
  /** The value as TOML writes it. */
  readonly value: string;
  /** Said behind the value, where the key is new and there is room for a comment. */
  readonly comment?: string;
  /** The key of the same table behind which a new one is put, if it is there. */
  readonly after?: string;
}

/**
 * A TOML text with one of its top-level keys set, and every other character as it was. A key that is new comes below
 * the document's own keys; where there are none, above everything, or below it where there is no table either.
 * @throws what the parser that keeps positions throws where it takes less than the one that read the document
 */
export function withSetting(text: string, key: string, value: string): Promise<string> {
  return edited(text, (body, map) => {
    const place = map.find([key]);
    if (place !== null) return { ...place.value, written: tomlString(value) };
    const line = `${key} = ${tomlString(value)}`;
    if (map.hasTables && map.ownKeysEnd === 0) {
      const newline = newlineAt(body, 0);
      return { start: 0, end: 0, written: line + newline + newline };
    }
    return lineBehindOwnKeys(body, map, line);
  });
}

/**
 * A TOML text with one key of one of its tables set, and every other character as it was, however the table is written:
 * below a header, as dotted keys, or inline. A table that is new comes at the end.
 * @throws what the parser that keeps positions throws where it takes less than the one that read the document
 */
export function withTableEntry(text: string, entry: TableEntry): Promise<string> {
  return edited(text, (body, map) => {
    const place = map.find([entry.table, entry.key]);
    return place === null ? newEntry(body, map, entry) : { ...place.value, written: entry.value };
  });
}

/** Whether a TOML text sets a key of one of its tables. */
export async function hasTableEntry(text: string, table: string, key: string): Promise<boolean> {
  return (await openTomlMap(bodyOf(text))).find([table, key]) !== null;
}

function newEntry(body: string, map: TomlMap, { table, key, value, comment, after }: TableEntry): Change {
  const own = map.find([table]);
  const pair = `${key} = ${value}`;
  const line = comment === undefined ? pair : `${pair} # ${comment}`;
  if (own === null) {
    const newline = newlineAt(body, body.length);
    const gap = body === "" ? "" : body.endsWith("\n") ? newline : newline + newline;
    return { start: body.length, end: body.length, written: `${gap}[${table}]${newline}${line}${newline}` };
  }
  const neighbour = after === undefined ? null : map.find([table, after]);
  const beforeValue = body.slice(own.key.end, own.value.start);
  if (/^\s*=/.test(beforeValue)) {
    if (neighbour !== null) return { start: neighbour.value.end, end: neighbour.value.end, written: `, ${pair}` };
    const inside = own.value.start + 1;
    const isEmpty = body.slice(inside, own.value.end - 1).trim() === "";
    return { start: inside, end: inside, written: isEmpty ? ` ${pair}` : ` ${pair},` };
  }
  // What stands before the neighbour's key stands before the new one too: its indentation, or the table of a dotted key.
  if (neighbour !== null)
    return lineBehind(
      body,
      neighbour.value.end,
      body.slice(lineStart(body, neighbour.key.start), neighbour.key.start) + line,
    );
  if (/^\s*\./.test(beforeValue)) return lineBehindOwnKeys(body, map, `${table}.${line}`);
  return lineBehind(body, own.key.end, line);
}

async function edited(text: string, change: (body: string, map: TomlMap) => Change): Promise<string> {
  const body = bodyOf(text);
  const { start, end, written } = change(body, await openTomlMap(body));
  return text.slice(0, text.length - body.length) + body.slice(0, start) + written + body.slice(end);
}

/** A text without the byte order mark that may stand before it. */
function bodyOf(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}

/** A new line below the document's own keys; at the end where it has no tables. */
function lineBehindOwnKeys(body: string, map: TomlMap, line: string): Change {
  return lineBehind(body, map.hasTables ? map.ownKeysEnd : body.length, line);
}

/** A new line below the one in which an offset is; at the end of the text in place of an empty one. */
function lineBehind(body: string, offset: number, line: string): Change {
  const newline = newlineAt(body, offset);
  const lineEnd = body.indexOf("\n", offset);
  const start = lineEnd === -1 ? body.length : lineEnd + 1;
  const startsLine = start === 0 || body[start - 1] === "\n";
  return { start, end: start, written: `${startsLine ? "" : newline}${line}${newline}` };
}

function lineStart(body: string, offset: number): number {
  return body.lastIndexOf("\n", offset - 1) + 1;
}

/** How lines end around an offset: as the line before it, else as the one that it is in, else as everywhere. */
function newlineAt(body: string, offset: number): string {
  const before = offset === 0 ? -1 : body.lastIndexOf("\n", offset - 1);
  const end = before === -1 ? body.indexOf("\n", offset) : before;
  return body[end - 1] === "\r" ? "\r\n" : "\n";
}

/** A TOML basic string. */
export function tomlString(value: string): string {
  // JSON's escapes are TOML's, but for the delete character, which TOML wants escaped too.
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

/** A TOML list of basic strings. */
export function tomlList(values: readonly string[]): string {
  return `[${values.map(tomlString).join(", ")}]`;
}
