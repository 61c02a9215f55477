import type { WallTime } from "@runa/store";
import type { TomlPath } from "../diagnostic.ts";
import {
  gitNameTaken,
  keyTaken,
  keyUnusable,
  mayUnknown,
  peopleNoPath,
  personName,
  windowEmpty,
  wrongNames,
  wrongValue,
} from "../messages.ts";
import { readPublicKey } from "../signature/public-key.ts";
import { didYouMean } from "../suggestion.ts";
import { kindOf, type TomlTable } from "../toml/parse.ts";
import { shown, tableName, ValueReader } from "../toml/value-reader.ts";
import { type People, type Person, type PersonKey, RIGHTS, type Right } from "./person.ts";

/** What a table `[people.NAME]` may hold: in the project's file, and in the user's own. */
const PERSON_KEYS = ["git", "keys", "roles", "may", "token_sha256"];
const OWN_PERSON_KEYS = ["git", "keys", "roles"];

/** The user's own `approvals.toml`: what has to hold beside what the project says. */
export interface OwnApprovals {
  readonly required: boolean;
  /** Null where it names nobody, and so narrows nobody. */
  readonly people: People | null;
}

/** What the parser makes of a date, a time, or both. */
interface TomlTime {
  isDate(): boolean;
  isDateTime(): boolean;
  isLocal(): boolean;
  getTime(): number;
}

/** Reads who may decide; nothing in it is passed over. */
export class PeopleReader extends ValueReader {
  readonly #gitNames = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  /** The project's file of people. */
  people(table: TomlTable): People {
    this.unknownKeys(table, [], ["people"], "the file of people", "error");
    return this.#people(table, PERSON_KEYS);
  }

  /** The user's own file. */
  own(table: TomlTable): OwnApprovals {
    this.unknownKeys(table, [], ["required", "people"], "the user's own approvals", "error");
    const required = this.boolean(table, [], "required") ?? false;
    if (typeof table.people === "string") {
      this.error(["people"], peopleNoPath());
      return { required, people: null };
    }
    return { required, people: table.people === undefined ? null : this.#people(table, OWN_PERSON_KEYS) };
  }

  #people(table: TomlTable, known: readonly string[]): People {
    const people = this.table(table, ["people"], null, "[people.NAME]");
    return new Map(
      Object.keys(people).map((name) => {
        const path = ["people", name];
        if (!isPlainName(name)) this.error(path, personName(shown(name)), "key");
        return [name, this.#person(name, this.table(people, path, known), path)];
      }),
    );
  }

  #person(name: string, table: TomlTable, path: TomlPath): Person {
    return {
      name,
      git: this.#git(name, table, path),
      keys: this.tables(table, path, "keys").flatMap(([entry, at]) => this.#key(name, entry, at)),
      roles: this.#names(table, path, "roles", "names of roles, without wildcards", isPlainName),
      may: this.#may(table, path),
      tokenSha256: this.#token(table, path),
    };
  }

  #git(name: string, table: TomlTable, path: TomlPath): readonly string[] {
    const names = this.#names(table, path, "git", "values of git's user.name, without wildcards", isGitName);
    for (const one of names) {
      const other = this.#gitNames.get(one) ?? name;
      const index = this.#list(table, path, "git").indexOf(one);
      if (other !== name) this.error([...path, "git", index], gitNameTaken(shown(one), other));
      this.#gitNames.set(one, name);
    }
    return names;
  }

  #key(name: string, table: TomlTable, path: TomlPath): readonly PersonKey[] {
    this.unknownKeys(table, path, ["key", "valid_after", "valid_before"], "a key of a person", "error");
    const validAfter = this.#time(table, path, "valid_after");
    const validBefore = this.#time(table, path, "valid_before");
    if (validAfter !== null && validBefore !== null && validBefore <= validAfter)
      this.error([...path, "valid_before"], windowEmpty());
    const line = this.string(table, path, "key", "a key of a person", "give the line of its .pub file");
    if (line === "") return [];
    const reading = readPublicKey(line);
    if ("problem" in reading) {
      this.error([...path, "key"], keyUnusable(reading.problem));
      return [];
    }
    const { key } = reading;
    const other = this.#keys.get(key.text);
    if (other !== undefined) this.error([...path, "key"], keyTaken(key.fingerprint, other));
    this.#keys.set(key.text, name);
    return [{ key, validAfter, validBefore }];
  }

  /** A date is its beginning in UTC. A time without a zone would be another moment on each machine. */
  #time(table: TomlTable, path: TomlPath, key: string): WallTime | null {
    const value = table[key];
    if (value === undefined) return null;
    if (isTime(value) && (value.isDate() || (value.isDateTime() && !value.isLocal())))
      return (value.getTime() * 1000) as WallTime;
    const form = "a date such as 2026-01-31, which begins in UTC, or a date and a time with a zone";
    const found = !isTime(value) ? kindOf(value) : value.isDateTime() ? "a time without a zone" : "a time of any day";
    this.error([...path, key], wrongValue(key, form, found));
    return null;
  }

  #may(table: TomlTable, path: TomlPath): readonly Right[] {
    const words = this.#list(table, path, "may");
    return words.flatMap((word, index) => {
      const right = RIGHTS.find((one) => one === word);
      if (right !== undefined) return [right];
      const hint = typeof word === "string" ? didYouMean(word, RIGHTS) : "";
      this.error([...path, "may", index], mayUnknown(shown(word), RIGHTS.join(", "), hint));
      return [];
    });
  }

  #token(table: TomlTable, path: TomlPath): string | null {
    const token = this.text(table, path, "token_sha256");
    if (token === undefined) return null;
    if (/^[0-9a-f]{64}$/.test(token)) return token;
    // Not shown: what stands here by mistake may be the token itself.
    this.error(
      [...path, "token_sha256"],
      wrongValue("token_sha256", "64 lower-case hexadecimal digits", "another text"),
    );
    return null;
  }

  #names(table: TomlTable, path: TomlPath, key: string, rule: string, right: (name: string) => boolean) {
    const names = this.#list(table, path, key);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        this.error([...path, key, index], wrongNames(key, "each name once", shown(name)));
    return this.names(names, [...path, key], rule, right);
  }

  #list(table: TomlTable, path: TomlPath, key: string): readonly unknown[] {
    const value = table[key];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.error([...path, key], wrongValue(key, `a list, in ${tableName(path)}`, kindOf(value)));
    return [];
  }
}

function isTime(value: unknown): value is TomlTime {
  return value instanceof Date && "isDateTime" in value;
}

/** Letters, digits and what stands between them: nothing that a shell or a pattern reads as something else. */
function isPlainName(name: string): boolean {
  return (
    name.length <= 64 &&
    name.normalize() === name &&
    /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._@+-]*[\p{L}\p{M}\p{N}])?$/u.test(name)
  );
}

/** What git may have as a name: one line, and no pattern. */
function isGitName(name: string): boolean {
  return name.trim() === name && /^[^\p{C}*?!]+$/u.test(name);
}
