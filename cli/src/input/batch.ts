import { RunaError } from "@runa/engine";
import { batchEmpty, batchHash, batchNoText, batchRepeated, batchWords } from "../messages.ts";
import { contentBeginning } from "./content-beginning.ts";

/** One line of `--batch`: what is decided on, and why. */
export interface BatchLine {
  readonly type: string;
  readonly instance: string;
  /** How the hash of its content begins. */
  readonly hash: string;
  readonly note: string | null;
}

/**
 * The lines of a batch: type, instance, hash and note, with tabs between them, or with spaces where no name holds any. All are
 * read before any is acted upon.
 * @param name the file's, as it was given
 * @throws RunaError that names the line which cannot be understood
 */
export function batchLines(name: string, bytes: Uint8Array): BatchLine[] {
  const found = textOf(name, bytes)
    .split(/\r?\n/)
    .flatMap((line, index) => (line.trim() === "" ? [] : [{ ...parsed(`${name}:${index + 1}`, line), index }]));
  if (found.length === 0) throw new RunaError(batchEmpty(name));
  const seen = new Set<string>();
  return found.map(({ index, ...line }) => {
    // No type has a slash in its name.
    const key = `${line.type}/${line.instance}`;
    if (seen.has(key)) throw new RunaError(batchRepeated(`${name}:${index + 1}`, key));
    seen.add(key);
    return line;
  });
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RunaError(batchNoText(name));
  }
}

function parsed(place: string, line: string): BatchLine {
  const form = line.includes("\t") ? /^([^\t]+)\t([^\t]+)\t([^\t]+)(?:\t(.*))?$/u : /^\s*(\S+)\s+(\S+)\s+(\S+)(.*)$/u;
  const [, type = "", instance = "", hash = "", rest = ""] = form.exec(line) ?? [];
  if (type === "") throw new RunaError(batchWords(place));
  const beginning = contentBeginning(hash.trim());
  if (beginning === null) throw new RunaError(batchHash(place, hash.trim()));
  const note = rest.trim();
  return { type: type.trim(), instance, hash: beginning, note: note === "" ? null : note };
}
