import { existsSync } from "node:fs";
import { basename } from "node:path";
import {
  count,
  didYouMean,
  type Instance,
  type Methodology,
  type Rebuilt,
  type ScanReport,
  visible,
} from "@runa/engine";
import { violationLines } from "@runa/engine/attempts";
import { out } from "./style.ts";

const CHANGES = ["new", "modified", "revalidated", "removed"] as const;

/** What became of the store that was made anew. */
export function rebuiltText({ damaged, kept, incomplete }: Rebuilt): string[] {
  const what = `${count(kept.attempts, "attempt")} and ${count(kept.events, "event")} of the log`;
  // Nothing tells any more what an output was made from.
  const trust = "outputs that nothing is remembered of are taken as current: delete those that should be made again";
  if (damaged === null && incomplete) return ["there was no store: a new one was made", trust];
  if (damaged === null) return [`the store was sound: ${what} are as they were`];
  // SQLite's write-ahead log and its index are put aside with the database that they belong to.
  const beside = ["-wal", "-shm"].map((suffix) => damaged + suffix).filter((file) => existsSync(file));
  const names = beside.map((file) => visible(basename(file))).join(" and ");
  const them = beside.length === 0 ? "it" : "them";
  return [
    `the store was damaged: ${what} were kept${incomplete ? ", more may be missing: `runa log --verify` says whether the log breaks, and where" : ", nothing is missing"}`,
    `the damaged file is ${visible(damaged)}${names && `, with ${names} beside it`}: delete ${them} when you no longer need ${them}`,
    ...(incomplete ? [trust] : []),
  ];
}

/**
 * What a scan found: the changes, what is not well, what could not be read.
 * @param unhealthy every instance that is not valid
 * @param anew whether the index had just been emptied, so that nothing in it tells what has changed
 */
export function scanText(
  report: ScanReport,
  unhealthy: readonly Instance[],
  { types }: Methodology,
  anew = false,
): string[] {
  const counts = [...CHANGES.map((change) => `${report[change].length} ${change}`), `${report.unchanged} unchanged`];
  // Not `columns`, which takes its time over a hundred thousand rows.
  const width = Math.max(0, ...CHANGES.filter((change) => report[change].length > 0).map(({ length }) => length));
  const changes = CHANGES.flatMap((change) => {
    const begin = `  ${change.padEnd(width)}  `;
    return report[change].map(({ type, id }) => (begin + visible(`${type}/${id}`)).trimEnd());
  });
  return [
    ...(anew ? [`${count(report.new.length, "artifact")} read again`] : [counts.join(", "), ...changes]),
    ...unhealthy.flatMap(({ type, id, status, violations }) => [
      `${out("red", status)}  ${visible(type)}/${visible(id)}`,
      ...violationLines(violations),
    ]),
    ...report.gaps.map(({ path, reason }) => `${out("yellow", "not read")}  ${visible(path)}: ${reason}`),
    ...passedOverText(report.passedOver).map((line) => `${out("yellow", "passed over")}  ${line}`),
    ...report.unrecognized.map(
      (name) => `${out("yellow", "unrecognized")}  ${unrecognizedText(name, [...types.keys()])}`,
    ),
  ];
}

/** So many of the files that were passed over are named. */
const NAMED = 3;

/** What lies in the types' directories and is no artifact: a line for each type. */
export function passedOverText(passedOver: readonly string[]): string[] {
  const typeOf = (path: string) => path.slice(0, path.indexOf("/"));
  return [...new Set(passedOver.map(typeOf))].map((type) => {
    const paths = passedOver.filter((path) => typeOf(path) === type);
    const named = paths.slice(0, NAMED).map((path) => visible(path.slice(type.length + 1)));
    const more = paths.length > NAMED ? `, and ${paths.length - NAMED} more` : "";
    return `${visible(type)}: ${named.join(", ")}${more}; artifacts are regular files named *.json`;
  });
}

/** Why a top-level entry of the workspace was not read, where these are the declared artifact types. */
export function unrecognizedText(name: string, types: readonly string[]): string {
  const why = types.includes(name)
    ? "has the name of an artifact type, but is no directory; a symbolic link is not followed"
    : `no declared artifact type has this name${didYouMean(name, types)}`;
  return visible(`${name}: ${why}`);
}
