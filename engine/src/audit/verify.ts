import type { Instance } from "@runa/store";
import { verifyLog } from "@runa/store/log";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { isDecision } from "../methodology/annotation.ts";
import type { OpenProject } from "../project/project.ts";
import { valueThere } from "../value-there.ts";
import { type LoggedFile, ToldByLog } from "./told-by-log.ts";

/** What does not fit, in one word for programs. */
export type MisfitReason =
  /** The log's own chain is broken. */
  | "log_broken"
  /** A record or a decision that nothing attests. */
  | "not_attested"
  /** Records that are older than the log. */
  | "older_than_log"
  /** What the log tells of does not lie there. */
  | "gone"
  /** It names an end of the log that was not there before it. */
  | "log_head"
  /** An artifact is not what the attempt delivered that delivered it last. */
  | "changed";

/** One thing that does not fit to what the log tells. */
export interface Misfit {
  readonly about: "log" | "record" | "decision" | "artifact";
  readonly reason: MisfitReason;
  readonly artifact_type?: string;
  readonly instance_id?: string;
  /** The attempt that delivered it. */
  readonly attempt?: string;
  /** The number of the event that it does not fit to. */
  readonly event?: number;
  /** What is wrong, in words. */
  readonly says: string;
}

/** What was held against the log, and what does not fit. */
export interface Verification {
  readonly checked: {
    readonly events: number;
    readonly records: number;
    readonly decisions: number;
    readonly artifacts: number;
  };
  readonly misfits: readonly Misfit[];
}

/**
 * Holds every record and every decision against the log, and every artifact against the attempt that delivered it (decisions.md
 * section 5). What came from outside fits; what was edited after an attempt delivered it does not.
 */
export function verifyArtifacts({ store, workspace }: OpenProject, { view, methodology }: Evaluation): Verification {
  const chain = verifyLog(store);
  const told = ToldByLog.of(store);
  const all = [...methodology.types.values()].flatMap(({ name, annotation }) =>
    (view.snapshot.instances.get(name) ?? []).map((instance) => ({ instance, annotation })),
  );
  const records = all.flatMap(({ instance, annotation }) => (annotation?.kind === "audit" ? [instance] : []));
  const decisions = all.flatMap(({ instance, annotation }) => (isDecision(annotation) ? [instance] : []));
  const work = all.flatMap(({ instance, annotation }) => (annotation === null ? [instance] : []));
  const isThere = new Set(all.map(({ instance }) => keyOf(instance)));
  const checkAttested = (about: "record" | "decision", instances: readonly Instance[], logged: LoggedFiles) => [
    ...instances.flatMap((instance) => attestedMisfits(about, instance, logged, told, workspace)),
    ...[...logged].flatMap(([key, file]) => (isThere.has(key) || !declared(file) ? [] : [goneMisfit(about, file)])),
  ];
  const declared = ({ type }: LoggedFile) => methodology.types.has(type);
  return {
    checked: {
      events: told.events,
      records: records.length,
      decisions: decisions.length,
      artifacts: work.length,
    },
    misfits: [
      ...(chain.ok
        ? []
        : [
            {
              about: "log" as const,
              reason: "log_broken" as const,
              ...(chain.seq !== null && { event: chain.seq }),
              says: chain.message,
            },
          ]),
      ...olderThanLog(records),
      ...checkAttested("record", records, told.records),
      ...checkAttested("decision", decisions, told.decisions),
      ...work.flatMap((instance) => changedMisfit(instance, told)),
    ],
  };
}

type LoggedFiles = ToldByLog["records"];

/** One finding for all of them. */
function olderThanLog(records: readonly Instance[]): Misfit[] {
  const older = records.filter(({ status }) => status === "stale").length;
  if (older === 0) return [];
  const says = `${older === 1 ? "1 record is" : `${older} records are`} from before this log: nothing attests them`;
  return [{ about: "record", reason: "older_than_log", says }];
}

function attestedMisfits(
  about: "record" | "decision",
  instance: Instance,
  logged: LoggedFiles,
  told: ToldByLog,
  workspace: string,
): Misfit[] {
  const named = nameOf(instance);
  const refused = instance.violations.find(({ keyword }) => keyword === "x-runa");
  if (refused !== undefined) return [{ about, reason: "not_attested", ...named, says: refused.message }];
  const file = logged.get(keyOf(instance));
  // Of what only a signature attests the log tells nothing.
  if (file === undefined || file.contentHash !== instance.contentHash) return [];
  const head = logHeadOf(workspace, instance);
  const at = head === null ? null : told.seqOf(head);
  if (head === null || (at !== null && at < file.seq)) return [];
  const says = `it names the log's end ${head}, which was not in the log before it`;
  return [{ about, reason: "log_head", ...named, event: file.seq, says }];
}

function goneMisfit(about: "record" | "decision", { type, id, seq }: LoggedFile): Misfit {
  const says = `event ${seq} tells of it, and its file is gone`;
  return { about, reason: "gone", artifact_type: type, instance_id: id, event: seq, says };
}

function changedMisfit(instance: Instance, told: ToldByLog): Misfit[] {
  const delivered = told.deliveries.get(keyOf(instance));
  if (delivered?.attempt == null || delivered.contentHash === instance.contentHash) return [];
  const { attempt, seq } = delivered;
  const says = `it is not what attempt ${attempt} delivered: somebody has edited it since`;
  return [{ about: "artifact", reason: "changed", ...nameOf(instance), attempt, event: seq, says }];
}

function nameOf({ type, id }: Instance): Pick<Misfit, "artifact_type" | "instance_id"> {
  return { artifact_type: type, instance_id: id };
}

/** The end of the log that a file names; null where it names none, or is not what was scanned any more. */
function logHeadOf(workspace: string, instance: Instance): string | null {
  const value = valueThere(workspace, instance);
  const named = typeof value === "object" && value !== null && "log_head" in value ? value.log_head : null;
  return typeof named === "string" ? named : null;
}

function keyOf({ type, id }: Pick<Instance, "type" | "id">): string {
  return `${type}/${id}`;
}
