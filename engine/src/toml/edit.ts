import { openTomlMap } from "./locate.ts";

const BYTE_ORDER_MARK = "\ufeff";

/**
 * A TOML text with one of its top-level keys set, and every other character as it was. A key that is new comes below
 * the document's own keys; where there are none, above everything, or below it where there is no table either.
 * @throws what the parser that keeps positions throws where it takes less than the one that read the document
 */
export async function withSetting(text: string, key: string, value: string): Promise<string> {
  if (text.startsWith(BYTE_ORDER_MARK)) return BYTE_ORDER_MARK + (await withSetting(text.slice(1), key, value));
  const map = await openTomlMap(text);
  const place = map.find([key]);
  if (place !== null) return text.slice(0, place.value.start) + tomlString(value) + text.slice(place.value.end);
  const newline = /\r?\n/.exec(text)?.[0] ?? "\n";
  const line = `${key} = ${tomlString(value)}${newline}`;
  if (map.hasTables && map.ownKeysEnd === 0) return `${line}${newline}${text}`;
  const end = map.hasTables ? text.indexOf("\n", map.ownKeysEnd) + 1 : text.length;
  const before = text.slice(0, end);
  return `${before}${before === "" || before.endsWith("\n") ? "" : newline}${line}${text.slice(end)}`;
}

/**
 * A TOML text with `command` of its `[agent]` table set, and every other character as it was.
 * @throws where the table is written in a way that cannot be edited in place
 */
export async function withAgentCommand(text: string, command: readonly string[]): Promise<string> {
  const value = `[${command.map(tomlString).join(", ")}]`;
  const newline = /\r?\n/.exec(text)?.[0] ?? "\n";
  const map = await openTomlMap(text);
  const place = map.find(["agent", "command"]);
  if (place !== null) return text.slice(0, place.value.start) + value + text.slice(place.value.end);
  const table = map.find(["agent"]);
  if (table === null) {
    const gap = text === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
    return `${text}${gap}[agent]${newline}command = ${value}${newline}`;
  }
  const header = text.slice(text.lastIndexOf("\n", table.key.start) + 1, table.key.start).trim();
  if (header !== "[") throw new RangeError("[agent] is no table with a header of its own");
  const end = text.indexOf("\n", table.key.end);
  const line = `command = ${value}${newline}`;
  return end === -1 ? `${text}${newline}${line}` : text.slice(0, end + 1) + line + text.slice(end + 1);
}

/** A TOML basic string. */
export function tomlString(value: string): string {
  // JSON's escapes are TOML's, but for the delete character, which TOML wants escaped too.
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
