import type { InstanceRef } from "@runa/store";
import type { Candidate } from "../methodology/candidate.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { displayPath } from "../project/project.ts";
import type { Reason } from "../reasons/reason.ts";
import type { RehearsalAccount, UnreachedProtocol } from "../rehearsal/account.ts";
import type { Rehearsal } from "../rehearsal/rehearse.ts";
import type { RunOutcome } from "../run/report.ts";
import { workUnitEntry } from "./work-unit-entry.ts";

/** What a rehearsal tells of a methodology (`runa rehearse`). */
export interface RehearsalAnswer {
  readonly version: 1;
  readonly kind: "rehearsal";
  readonly methodology: string;
  readonly manifest: string;
  /** Where it was rehearsed: in a copy of the project, or in an empty one. */
  readonly place: "copy" | "empty";
  /** What was made up for the empty one. */
  readonly made: readonly { readonly artifact_type: string; readonly instance_id: string }[];
  readonly runs: readonly { readonly work_unit?: string; readonly outcome: RunOutcome; readonly attempts: number }[];
  /** What was decided, in its order. */
  readonly decisions: readonly {
    readonly artifact_type: string;
    readonly instance_id: string;
    readonly decision: "approved" | "rejected" | "revoked";
    readonly decision_type: string;
    readonly by: string;
  }[];
  readonly executed: readonly ExecutedEntry[];
  readonly never_ran: readonly {
    readonly protocol: string;
    readonly scoped: boolean;
    readonly stands: readonly StandEntry[];
  }[];
  readonly choices_not_taken: readonly {
    readonly protocol: string;
    readonly choice: string;
    readonly taken: readonly string[];
    readonly not_taken: readonly string[];
  }[];
  readonly loops: readonly { readonly protocol: string; readonly work_unit?: string; readonly attempts: number }[];
  readonly failures: readonly {
    readonly protocol: string;
    readonly work_unit?: string;
    readonly says: readonly string[];
  }[];
  /** What still owes something, failures and loops left out. */
  readonly owed: readonly (StandEntry & { readonly protocol: string })[];
  /** What waits for a decision at the end. */
  readonly awaiting: readonly { readonly artifact_type: string; readonly instance_id: string }[];
  readonly exit_code: number;
}

interface ExecutedEntry {
  readonly protocol: string;
  readonly work_unit?: string;
  readonly attempts: number;
  readonly last_outcome: string;
  /** The types that it delivered. */
  readonly delivered: readonly string[];
}

interface StandEntry {
  readonly work_unit?: string;
  readonly status: "ready" | "blocked" | "waiting";
  readonly reasons: readonly Reason[];
}

/** What goes with a rehearsal. */
export interface RehearsedIn {
  readonly methodology: Methodology;
  readonly place: RehearsalAnswer["place"];
  readonly made: readonly InstanceRef[];
  readonly exitCode: number;
}

/** A rehearsal as a document; paths are relative to a directory where they lie inside it. */
export function rehearsalAnswer(
  { runs, decisions }: Rehearsal,
  account: RehearsalAccount,
  { methodology, place, made, exitCode }: RehearsedIn,
  directory: string,
): RehearsalAnswer {
  const attemptsOf = (candidate: Candidate) =>
    account.executed.find((one) => isSame(one.candidate, candidate))?.attempts.length ?? 0;
  return {
    version: 1,
    kind: "rehearsal",
    methodology: methodology.name,
    manifest: displayPath(directory, methodology.file),
    place,
    made: made.map(({ type, id }) => ({ artifact_type: type, instance_id: id })),
    runs: runs.map(({ workUnit, report }) => ({
      ...(workUnit !== null && { work_unit: workUnit }),
      outcome: report.outcome,
      attempts: report.reports.length,
    })),
    decisions: decisions.map(({ verdict, type, subject, by }) => ({
      artifact_type: subject.type,
      instance_id: subject.id,
      decision: verdict,
      decision_type: type,
      by,
    })),
    executed: account.executed.map(({ candidate, attempts }) => ({
      ...named(candidate),
      attempts: attempts.length,
      last_outcome: attempts.at(-1)?.outcome.id ?? "",
      delivered: [...new Set(attempts.flatMap(({ delivered }) => delivered.map(({ type }) => type)))],
    })),
    never_ran: account.unreached.map(({ protocol, stands }) => ({
      protocol: protocol.name,
      scoped: protocol.scoped,
      stands: stands.map(standEntry),
    })),
    choices_not_taken: account.untaken.map(({ protocol, choice, taken, untaken }) => ({
      protocol,
      choice,
      taken,
      not_taken: untaken,
    })),
    loops: account.loops.map((candidate) => ({ ...named(candidate), attempts: attemptsOf(candidate) })),
    failures: account.failures.map(({ candidate, says }) => ({ ...named(candidate), says })),
    owed: account.owing.map((one) => ({ protocol: one.candidate.protocol.name, ...standEntry(one) })),
    awaiting: account.awaiting.map(({ type, id }) => ({ artifact_type: type, instance_id: id })),
    exit_code: exitCode,
  };
}

function named(candidate: Candidate) {
  return { protocol: candidate.protocol.name, ...workUnitEntry(candidate) };
}

function standEntry({ candidate, reasons }: UnreachedProtocol["stands"][number]): StandEntry {
  return { ...workUnitEntry(candidate), status: candidate.readiness.status, reasons };
}

function isSame(one: Candidate, other: Candidate): boolean {
  return one.protocol.name === other.protocol.name && one.workUnit === other.workUnit;
}
