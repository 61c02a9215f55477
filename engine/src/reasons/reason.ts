import type { InstanceStatus } from "@runa/store";
import type { PreconditionReason } from "../evaluate/evaluate.ts";
import type { OriginEntry } from "./origin-entry.ts";

/** An instance that a reason is about, as documents have it. */
export interface NamedInstance {
  readonly artifact_type: string;
  readonly instance_id: string;
}

/** An instance whose content matters, with where that comes from and, as far as anybody knows, since when. */
export interface WrittenInstance extends NamedInstance {
  readonly content_hash: string;
  readonly origin: ChangedBy;
}

/** An instance that lies there and is not valid. */
export interface BrokenInstance extends NamedInstance {
  readonly status: Exclude<InstanceStatus, "valid">;
  /** The first thing that is wrong with it. */
  readonly violation?: string;
}

/** An attempt that a reason names. */
export interface NamedAttempt {
  readonly attempt: string;
  /** When it began. Left out where nobody knows. */
  readonly started?: string;
}

/** A candidate that a reason names. */
export interface NamedCandidate {
  readonly protocol: string;
  readonly work_unit?: string;
}

/** Who made an instance's content, or took it away: then there is no `via`. */
export type ChangedBy =
  | (Omit<Extract<OriginEntry, { by: "attempt" }>, "via"> & { readonly via?: "tool" | "file" | "confirmed" })
  | Exclude<OriginEntry, { by: "attempt" }>;

/** An input that is not what the last success saw. */
export interface ChangedInput extends NamedInstance {
  /** `spoilt`: it was valid, and is not. */
  readonly change: "new" | "modified" | "spoilt" | "removed";
  /** Left out where it was not there, and where nobody knows what it was. */
  readonly from?: string;
  /** Left out of what was removed. */
  readonly to?: string;
  readonly origin: ChangedBy;
}

/**
 * Why a candidate stands where it does: one closed union, as data. Documents hold these as they are, and each kind has its
 * words in one table, a sentence and half a line.
 */
export type Reason =
  // What calls for the work.
  | ({ readonly kind: "called_for"; readonly condition: string; readonly by: readonly NamedInstance[] } & OfType)
  | ({
      readonly kind: "not_called_for";
      readonly condition: string;
      /** `nothing`: nothing of the type lies there, nothing valid, or nothing broken; `not_newer`: nothing is newer than the outputs. */
      readonly why: "nothing" | "not_newer";
      /** What the contract says of it, as in `unsatisfied_conditions`. */
      readonly says: string;
    } & OfType)
  | { readonly kind: "never_called_for"; readonly condition: string; readonly says: string }
  | { readonly kind: "condition"; readonly condition: string; readonly holds: boolean }
  // What it requires.
  | ({ readonly kind: "has_input"; readonly counts: readonly NamedInstance[] } & OfType)
  | ({
      readonly kind: "lacks_input";
      readonly named_by: "requires" | "trigger";
      readonly why: PreconditionReason;
    } & OfType)
  | ({ readonly kind: "accepts_input"; readonly counts: readonly NamedInstance[] } & OfType)
  | ({ readonly kind: "does_not_count" } & BrokenInstance)
  /** It is valid and not approved. */
  | ({
      readonly kind: "not_approved";
      readonly approval_type: string;
      /** How many people's approvals count, and how many it takes. */
      readonly have: number;
      readonly min: number;
      /** Whose rejections stand. Left out where there is none. */
      readonly rejected_by?: readonly string[];
    } & NamedInstance)
  | ({ readonly kind: "other_work_unit"; readonly work_unit: string } & NamedInstance)
  | ({ readonly kind: "not_read"; readonly path: string; readonly reason: string } & OfType)
  // Where its outputs stand.
  | {
      readonly kind: "current";
      /** `record`: everything it reads is what its last success saw; `age`: nothing it reads is newer than what lies there. */
      readonly by: "record" | "age";
      readonly since?: NamedAttempt;
    }
  | { readonly kind: "never_current" }
  /** A person reopened it after its last success. */
  | { readonly kind: "reopened_by_hand" }
  | ({ readonly kind: "input_changed"; readonly since: NamedAttempt } & ChangedInput)
  | ({
      readonly kind: "inputs_changed";
      readonly since: NamedAttempt;
      /** How many more than are named. Left out where nobody knows which. */
      readonly more?: number;
    } & OfType)
  | ({ readonly kind: "input_newer" } & WrittenInstance)
  | ({ readonly kind: "said_again" } & WrittenInstance)
  | ({ readonly kind: "output_missing"; readonly delivered_before: boolean } & OfType)
  | ({ readonly kind: "output_broken" } & BrokenInstance)
  | {
      readonly kind: "choice_open";
      readonly choice: string;
      readonly members: readonly string[];
      /** Those that lie there; none, or more than one. */
      readonly present: readonly string[];
    }
  | ({ readonly kind: "attempt_failed"; readonly outcome: string } & NamedAttempt)
  | {
      readonly kind: "open_elsewhere";
      /** What the lock file tells: feedback was not answered, somebody reopened it, or a merge brought different attempts together. */
      readonly why: "feedback" | "reopened" | "merged";
      readonly since?: NamedAttempt;
    }
  | ({ readonly kind: "same_as_before" } & WrittenInstance)
  | ({ readonly kind: "attempt_made" } & NamedAttempt & NamedCandidate)
  | { readonly kind: "first_attempt" }
  | { readonly kind: "other_instructions"; readonly since: NamedAttempt; readonly artifact_types: readonly string[] }
  | { readonly kind: "cycle"; readonly members: readonly string[]; readonly says: string }
  | ({ readonly kind: "running" } & NamedAttempt)
  // What is owed.
  | {
      readonly kind: "owes";
      readonly artifact_types: readonly string[];
      /** The members of each choice. */
      readonly one_of: readonly (readonly string[])[];
    }
  | { readonly kind: "owes_nothing" }
  | { readonly kind: "outputs_complete" }
  | ({ readonly kind: "nobody_owes_it"; readonly writers: readonly string[] } & OfType)
  | ({
      readonly kind: "chosen_otherwise";
      readonly choice: string;
      readonly protocol: string;
      readonly member: string;
    } & OfType)
  | ({ readonly kind: "need_not_happen"; readonly condition: string } & OfType)
  | {
      readonly kind: "choice_stands";
      readonly choice: string;
      readonly instances: readonly NamedInstance[];
      readonly answered_by: readonly string[];
    }
  | { readonly kind: "choice_settled"; readonly choice: string; readonly member: string }
  // Who could make what is missing.
  | ({
      readonly kind: "written_by";
      readonly status?: "ready" | "blocked" | "waiting";
      readonly scoped: boolean;
    } & OfType &
      NamedCandidate)
  | ({
      readonly kind: "written_by_people";
      readonly directory: string;
      /** Of a decision type, what is decided on and with which command. */
      readonly decides?: { readonly artifact_type: string; readonly command: "approve" | "reject" };
    } & OfType)
  | ({ readonly kind: "written_by_runa" } & OfType)
  | ({ readonly kind: "near_miss"; readonly path: string; readonly wanted: string } & OfType)
  | ({ readonly kind: "undeclared_type"; readonly suggestion?: string } & OfType)
  // What would move it.
  | ({ readonly kind: "execute"; readonly command: "step" | "run" } & NamedCandidate)
  | { readonly kind: "wait" }
  | ({
      readonly kind: "decide";
      readonly approval_types: readonly string[];
      /** Whose rejections stand, where they are what has to be decided anew. */
      readonly rejected_by?: readonly string[];
    } & NamedInstance)
  | ({ readonly kind: "ask"; readonly scoped: boolean } & OfType & NamedCandidate)
  | ({ readonly kind: "put_file"; readonly directory: string } & OfType)
  | ({ readonly kind: "rename"; readonly path: string; readonly wanted: string } & OfType)
  | ({ readonly kind: "mend" } & BrokenInstance)
  | ({ readonly kind: "make_readable"; readonly path: string } & OfType)
  | { readonly kind: "break_cycle"; readonly members: readonly string[] }
  | { readonly kind: "mend_trigger"; readonly condition: string }
  | ({ readonly kind: "mend_name"; readonly suggestion?: string } & OfType)
  | { readonly kind: "done"; readonly reads: readonly string[] };

interface OfType {
  readonly artifact_type: string;
}

export type ReasonKind = Reason["kind"];

/** A reason and what it rests on. */
export interface ReasonNode {
  readonly reason: Reason;
  readonly because?: readonly ReasonNode[];
}

/** A reason and what it rests on; what rests on nothing has no list of it. */
export function reasonNode(reason: Reason, because: readonly ReasonNode[] = []): ReasonNode {
  return because.length === 0 ? { reason } : { reason, because };
}
