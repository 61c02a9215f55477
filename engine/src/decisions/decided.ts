import type { Instance, Instances, Snapshot, Violation } from "@runa/store";
import { isDecision } from "../methodology/annotation.ts";
import { decisionTypesOf } from "../methodology/decision-types.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { type RecordAttestation, recordLists } from "./attested-records.ts";
import { DecidedInstances, type DerivedList } from "./decided-instances.ts";
import { type DecidedOn, Decisions } from "./decisions.ts";
import { approvedList, countingList, gatedList, gatesOf, type ListName } from "./gates.ts";

/** Who decides in a project, and how that and the records of attempts are known. */
export type Deciding = Pick<DecidedOn, "policy" | "signatures"> & Pick<RecordAttestation, "endOf">;

/** A snapshot in which it is known of every decision whether it counts. */
export interface DecidedSnapshot extends Snapshot {
  readonly decisions: Decisions;
  /** The same with other instances, as far as anybody has decided on these. */
  with(instances: Instances): DecidedSnapshot;
  /** The instances as they were read. */
  readonly read: Instances;
}

/** A snapshot, in which decisions are known where people decide in the project. */
export type EvaluatedSnapshot = Snapshot & Partial<Pick<DecidedSnapshot, "decisions" | "with" | "read">>;

/** Whether people decide anything by a methodology. */
export function hasDecisions(methodology: Methodology): boolean {
  return !decisionTypesOf(methodology).isEmpty;
}

/** The types of a methodology whose instances are records of attempts. */
export function recordTypesOf({ types }: Methodology): string[] {
  return [...types.values()].flatMap(({ name, annotation }) => (annotation?.kind === "audit" ? [name] : []));
}

/**
 * Works out for a snapshot what people decided, and which records are true. Where the methodology has no decisions and no
 * records it is as it was.
 */
export function decidedSnapshot(snapshot: Snapshot, methodology: Methodology, deciding: Deciding): EvaluatedSnapshot {
  if (!hasDecisions(methodology) && recordTypesOf(methodology).length === 0) return snapshot;
  const { instances: read, logged, records: log } = snapshot;
  const decisions = new Decisions({ methodology, instances: read, logged, ...deciding });
  const records = recordLists(methodology, { log, endOf: deciding.endOf });
  const instances = new DecidedInstances(read, new Map([...derivedLists(methodology, decisions), ...records]));
  return {
    ...snapshot,
    instances,
    decisions,
    read,
    with: (other) => decidedSnapshot({ ...snapshot, instances: other }, methodology, deciding) as DecidedSnapshot,
  };
}

function derivedLists(methodology: Methodology, decisions: Decisions): Map<ListName, DerivedList> {
  const lists = new Map<ListName, DerivedList>();
  for (const { name, annotation } of methodology.types.values()) {
    if (!isDecision(annotation)) continue;
    lists.set(name, { source: name, make: (files) => files.map((file) => asDecided(file, decisions)) });
    if (annotation.kind === "rejection") {
      lists.set(countingList(name), { source: name, make: (files) => files.filter((file) => counts(file, decisions)) });
      continue;
    }
    const source = annotation.of;
    lists.set(countingList(name), {
      source,
      make: (subjects) => subjects.flatMap((subject) => decisions.approving(subject, name)).sort(byId),
    });
    lists.set(approvedList(name), {
      source,
      make: (subjects) => subjects.flatMap((subject) => approvedSubject(subject, name, decisions) ?? []),
    });
  }
  for (const { approvals } of gatesOf(methodology).values())
    for (const [type, names] of approvals)
      lists.set(gatedList(type, names), {
        source: type,
        make: (subjects) =>
          subjects.filter((subject) => subject.status !== "valid" || decisions.isApproved(subject, names)),
      });
  return lists;
}

function byId({ id: one }: Instance, { id: other }: Instance): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The file of a decision with the status that it has as one. */
function asDecided(file: Instance, decisions: Decisions): Instance {
  if (file.status === "malformed") return file;
  const state = decisions.stateOf(file);
  if (state.kind === "refused")
    return { ...file, status: "invalid", violations: [...file.violations, notAttested(state.why)] };
  return file.status === "valid" && state.kind === "stale" ? { ...file, status: "stale" } : file;
}

function notAttested(message: string): Violation {
  const expected = "a decision that the log of this project, or a signature, attests";
  return { path: "", keyword: "x-runa", expected, got: "one that nobody is known to have made", message };
}

function counts(file: Instance, decisions: Decisions): boolean {
  if (file.status !== "valid") return false;
  return decisions.stateOf(file).kind === "counts";
}

/** An approved subject as it stands for its approval: what is approved, since there were enough. */
function approvedSubject(subject: Instance, approvalType: string, decisions: Decisions): Instance | null {
  const state = decisions.approvalState(subject, approvalType);
  const lastModified = state?.isApproved === true ? decisions.since(state) : null;
  if (lastModified === null) return null;
  const { id, status, contentHash, workUnit, violations } = subject;
  const type = approvalType;
  return { type, id, status, contentHash, workUnit, lastModified, deliveredAt: null, mtime: null, violations };
}
