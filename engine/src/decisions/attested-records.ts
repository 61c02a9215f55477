import type { Instance, Violation, WallTime } from "@runa/store";
import type { RecordLog } from "@runa/store/log";
import type { Methodology } from "../methodology/methodology.ts";
import type { DerivedList } from "./decided-instances.ts";
import { type ListName, recordsOfOthers } from "./gates.ts";

/** What attests the records of attempts. */
export interface RecordAttestation {
  readonly log: RecordLog;
  /** When the attempt ended that the file of a record names; null where it tells no time. Read only where the log tells nothing. */
  readonly endOf: (file: Instance) => WallTime | null;
}

/**
 * The records of attempts as they are seen: those that the log does not attest are invalid, and those from before a log that
 * was lost are stale (decisions.md section 5). Each protocol sees those of other protocols' attempts.
 */
export function recordLists(
  { types, protocols }: Pick<Methodology, "types" | "protocols">,
  attestation: RecordAttestation,
): Map<ListName, DerivedList> {
  const { newest } = attestation.log;
  const lists = new Map<ListName, DerivedList>();
  for (const { name, annotation } of types.values()) {
    if (annotation?.kind !== "audit") continue;
    const attested = (files: readonly Instance[]) => files.map((file) => asAttested(file, attestation));
    lists.set(name, { source: name, make: attested });
    for (const { name: reader } of protocols)
      lists.set(recordsOfOthers(name, reader), {
        source: name,
        make: (files) => attested(files.filter((file) => newest.get(keyOf(file))?.protocol !== reader)),
      });
  }
  return lists;
}

function asAttested(file: Instance, { log, endOf }: RecordAttestation): Instance {
  if (file.status === "malformed") return file;
  const told = log.newest.get(keyOf(file));
  if (told?.contentHash === file.contentHash && !told.isRemoved) return file;
  if (told !== undefined) return refused(file, EDITED);
  if (file.status !== "valid" || !isOlder(endOf(file), log.began)) return refused(file, FORGED);
  return { ...file, status: "stale" };
}

/** Whether an attempt ended before the log began: then nobody can tell whether its record is true. */
function isOlder(ended: WallTime | null, began: WallTime | null): boolean {
  return ended !== null && (began === null || ended < began);
}

export const FORGED = "not attested: records of attempts are written by runa alone";
export const EDITED = "not attested: it is not as runa wrote it";

function refused(file: Instance, message: string): Instance {
  const expected = "a record that the log of this project attests";
  const violation: Violation = { path: "", keyword: "x-runa", expected, got: "another content", message };
  return { ...file, status: "invalid", violations: [...file.violations, violation] };
}

function keyOf({ type, id }: Pick<Instance, "type" | "id">): string {
  return `${type}/${id}`;
}
