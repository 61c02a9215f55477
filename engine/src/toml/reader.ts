import type { TomlPath } from "../diagnostic.ts";
import { keyMissing, unknownKey, wrongEntry, wrongValue } from "../messages.ts";
import { didYouMean } from "../suggestion.ts";
import { isTable, kindOf, type TomlFinding, type TomlTable } from "./parse.ts";

/** Reads a document's data and collects everything that is wrong with it; what cannot be read becomes a neutral value. */
export class TomlReader {
  readonly findings: TomlFinding[] = [];

  /** Reports an error at a key or, as a rule, at its value. */
  protected error(path: TomlPath, message: string, at: "key" | "value" = "value"): void {
    this.findings.push({ severity: "error", path, at, message });
  }

  /** Reports every key of a table that is not among the known ones, with the one that was probably meant. */
  protected unknownKeys(
    table: TomlTable,
    path: TomlPath,
    known: readonly string[],
    what: string,
    severity: "error" | "problem",
    remedy = "",
  ): void {
    for (const key of Object.keys(table))
      if (!known.includes(key))
        this.findings.push({
          severity,
          ...(severity === "problem" && { rule: "unknown-key" }),
          path: [...path, key],
          at: "key",
          message: unknownKey(key, what, `${remedy}${didYouMean(key, known)}`),
        });
  }

  /** A string that must be there. `owner` is what has the key, `remedy` what to do where it has not. */
  protected string(table: TomlTable, path: TomlPath, key: string, owner: string, remedy: string): string {
    const value = table[key];
    if (typeof value === "string") return value;
    if (value === undefined) this.error(path, keyMissing(owner, key, remedy), "key");
    else this.error([...path, key], wrongValue(key, "a string", kindOf(value)));
    return "";
  }

  /** The tables of an array of tables, each with its path; none where the key is missing. */
  protected tables(table: TomlTable, path: TomlPath, key: string): [TomlTable, TomlPath][] {
    const value = table[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.error([...path, key], wrongValue(key, `a list of tables, written [[${key}]]`, kindOf(value)));
      return [];
    }
    return value.flatMap((entry, index): [TomlTable, TomlPath][] => {
      if (isTable(entry)) return [[entry, [...path, key, index]]];
      this.error([...path, key, index], wrongEntry(key, "a table", kindOf(entry)));
      return [];
    });
  }
}
