import {
  type Evaluation,
  type Rebuilt,
  type ScanReport,
  unhealthyInstances,
  violationLines,
  visible,
} from "@runa/engine";
import { columns, count, out } from "./style.ts";

const CHANGES = ["new", "modified", "revalidated", "removed"] as const;

/** What became of the store that was made anew. */
export function rebuiltText({ damaged, kept, incomplete }: Rebuilt): string[] {
  const what = `${count(kept.attempts, "attempt")} and ${count(kept.events, "event")} of the log`;
  if (damaged === null)
    return [incomplete ? "there was no store: a new one was made" : `the store was sound: ${what} are as they were`];
  return [
    `the store was damaged: ${what} were kept${incomplete ? ", more may be missing: `runa log --verify` says where the log breaks" : ", nothing is missing"}`,
    `the damaged file is ${visible(damaged)}: delete it when you no longer need it`,
  ];
}

/** What a scan found: the changes, what is not well, what could not be read. */
export function scanText(report: ScanReport, evaluation: Evaluation): string[] {
  const counts = [...CHANGES.map((change) => `${report[change].length} ${change}`), `${report.unchanged} unchanged`];
  return [
    counts.join(", "),
    ...columns(
      CHANGES.flatMap((change) => report[change].map(({ type, id }) => [change, `${visible(type)}/${visible(id)}`])),
      "  ",
    ),
    ...unhealthyInstances(evaluation).flatMap(({ type, id, status, violations }) => [
      `${out("red", status)}  ${visible(type)}/${visible(id)}`,
      ...violationLines(violations),
    ]),
    ...report.gaps.map(({ path, reason }) => `${out("yellow", "not read")}  ${visible(path)}: ${reason}`),
    ...report.unrecognized.map(
      (name) => `${out("yellow", "unrecognized")}  ${unrecognizedText(name, evaluation.methodology.types.has(name))}`,
    ),
  ];
}

/** Why a top-level entry of the workspace was not read; `declared` says whether it has an artifact type's name. */
export function unrecognizedText(name: string, declared: boolean): string {
  return declared
    ? `${visible(name)}: has the name of an artifact type, but is no directory; a symbolic link is not followed`
    : `${visible(name)}: no declared artifact type has this name`;
}
