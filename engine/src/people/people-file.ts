import { type Diagnostic, DiagnosticsError } from "../diagnostic.ts";
import { noSuchDay } from "../messages.ts";
import { SourceLines } from "../source-lines.ts";
import { locate, openTomlMap } from "../toml/locate.ts";
import { parseToml, type TomlDocument } from "../toml/parse.ts";
import { type OwnApprovals, PeopleReader } from "./people-reader.ts";
import type { People } from "./person.ts";

/**
 * Reads the project's file of people.
 * @throws DiagnosticsError with everything that is wrong in it
 */
export function readPeople(file: string, bytes: Uint8Array): Promise<People> {
  return read(file, bytes, (reader, { table }) => reader.people(table));
}

/**
 * Reads the user's own `approvals.toml`.
 * @throws DiagnosticsError with everything that is wrong in it
 */
export function readOwnApprovals(file: string, bytes: Uint8Array): Promise<OwnApprovals> {
  return read(file, bytes, (reader, { table }) => reader.own(table));
}

async function read<T>(
  file: string,
  bytes: Uint8Array,
  take: (reader: PeopleReader, document: TomlDocument) => T,
): Promise<T> {
  const document = parseToml(file, bytes);
  const impossible = await impossibleDay(document);
  if (impossible !== null) throw new DiagnosticsError([impossible]);
  const reader = new PeopleReader();
  const read = take(reader, document);
  if (reader.findings.length > 0) throw new DiagnosticsError(await locate(document, reader.findings));
  return read;
}

const DAY = /\d{4}-\d\d-\d\d/g;

/**
 * A date that no calendar has, which the parser takes for another one: the 30th of February for the 2nd of March. The one
 * that keeps positions refuses it; it is asked only where there is such a date, which may stand in a comment.
 */
async function impossibleDay({ file, text }: TomlDocument): Promise<Diagnostic | null> {
  const days = [...text.matchAll(DAY)].filter(([day]) => !isDay(day));
  if (days.length === 0) return null;
  const offset = await openTomlMap(text).then(
    () => -1,
    (error: { readonly index?: number }) => error.index ?? -1,
  );
  const day = days.find(({ index, 0: written }) => index <= offset && offset < index + written.length);
  if (day === undefined) return null;
  const position = new SourceLines(text).positionAt(day.index);
  return { severity: "error", file, message: noSuchDay(day[0]), position };
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
