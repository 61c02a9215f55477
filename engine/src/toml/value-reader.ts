import { parseSize, SIZE_FORM } from "../byte-size.ts";
import type { TomlPath } from "../diagnostic.ts";
import { DURATION_FORM, durationText, parseDuration } from "../duration.ts";
import { emptyValue, wrongNames, wrongValue } from "../messages.ts";
import { isTable, kindOf, type TomlTable } from "./parse.ts";
import { TomlReader } from "./reader.ts";

/** How much of a wrong value an error repeats, in characters. */
const SHOWN = 60;

/** Reads the values of a configuration: each is there and right, or undefined, and then either absent or reported. */
export class ValueReader extends TomlReader {
  /** The table at a key; empty where it is missing or something else. */
  protected table(parent: TomlTable, path: TomlPath, known: readonly string[] | null, written?: string): TomlTable {
    const key = String(path.at(-1));
    const value = parent[key];
    if (value === undefined) return {};
    if (!isTable(value)) {
      this.error(path, wrongValue(key, `a table, written ${written ?? tableName(path)}`, kindOf(value)));
      return {};
    }
    if (known !== null) this.unknownKeys(value, path, known, tableName(path), "error");
    return value;
  }

  protected text(table: TomlTable, path: TomlPath, key: string): string | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    if (typeof value !== "string") this.error([...path, key], wrongValue(key, "a string", kindOf(value)));
    else if (value === "" || value.includes("\0")) this.error([...path, key], emptyValue(key));
    else return value;
    return undefined;
  }

  protected boolean(table: TomlTable, path: TomlPath, key: string): boolean | undefined {
    const value = table[key];
    if (value === undefined || typeof value === "boolean") return value;
    this.error([...path, key], wrongValue(key, "true or false", kindOf(value)));
    return undefined;
  }

  protected wholeNumber(table: TomlTable, path: TomlPath, key: string, least: number): number | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value);
    const found = isNumber(value) ? String(value) : kindOf(value);
    this.error([...path, key], wrongValue(key, `a whole number, ${least} or more`, found));
    return undefined;
  }

  protected amount(table: TomlTable, path: TomlPath, key: string): number | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
    const found = isNumber(value) ? String(value) : kindOf(value);
    this.error([...path, key], wrongValue(key, "a number, 0 or more", found));
    return undefined;
  }

  /** Milliseconds, at most so many. */
  protected duration(table: TomlTable, path: TomlPath, key: string, most: number): number | undefined {
    const milliseconds = this.#written(table, path, key, DURATION_FORM, parseDuration);
    if (milliseconds === undefined || milliseconds <= most) return milliseconds;
    this.error([...path, key], wrongValue(key, `at most ${durationText(most)}`, shown(table[key])));
    return undefined;
  }

  /** Milliseconds, or null for the empty string, which takes a limit away. */
  protected limit(table: TomlTable, path: TomlPath, key: string): number | null | undefined {
    if (table[key] === "") return null;
    return this.#written(table, path, key, `${DURATION_FORM}, or "" for none`, parseDuration);
  }

  /** Bytes. */
  protected size(table: TomlTable, path: TomlPath, key: string): number | undefined {
    return this.#written(table, path, key, SIZE_FORM, parseSize);
  }

  /** A list of names, each of which has to pass; `rule` says what a name has to be. */
  protected names(
    value: readonly unknown[],
    path: TomlPath,
    rule: string,
    right: (name: string) => boolean,
  ): readonly string[] {
    const key = String(path.at(-1));
    return value.flatMap((name, index) => {
      if (typeof name === "string" && right(name)) return [name];
      const found = typeof name === "string" ? shown(name) : kindOf(name);
      this.error([...path, index], wrongNames(key, rule, found));
      return [];
    });
  }

  #written(
    table: TomlTable,
    path: TomlPath,
    key: string,
    form: string,
    parse: (text: string) => number | null,
  ): number | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    const parsed = typeof value === "string" ? parse(value) : null;
    if (parsed !== null) return parsed;
    const found = typeof value === "string" ? shown(value) : kindOf(value);
    this.error([...path, key], wrongValue(key, form, found));
    return undefined;
  }
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** A wrong value as an error repeats it: cut where it is long. */
export function shown(value: unknown): string {
  const text = String(JSON.stringify(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** A table's name as its header writes it. */
export function tableName(path: TomlPath): string {
  const part = (key: string | number) => (/^[\w-]+$/.test(String(key)) ? key : JSON.stringify(key));
  return `[${path.map(part).join(".")}]`;
}
