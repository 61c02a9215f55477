import type { Diagnostic } from "../diagnostic.ts";
import { executionOrder } from "../methodology/graph.ts";
import type { Examination } from "../project/examine.ts";
import type { OpenProject } from "../project/project.ts";
import { lackReason, otherwiseReason } from "../reasons/deciding.ts";
import type { Reason } from "../reasons/reason.ts";
import { type FailureEntry, failureEntry } from "./failure-entry.ts";
import { type FindingEntry, findingEntry } from "./finding-entry.ts";
import { type GapEntry, gapEntry, type UnhealthyEntry, unhealthyEntries } from "./unhealthy.ts";

/** Everything that `doctor` found. */
export interface DoctorAnswer {
  readonly version: 1;
  readonly kind: "doctor";
  readonly methodology: string;
  /** Each counts for the exit code; warnings only with --strict. */
  readonly problems: number;
  readonly warnings: number;
  readonly findings: readonly FindingEntry[];
  readonly artifacts: readonly { readonly artifact_type: string; readonly total: number; readonly valid: number }[];
  readonly unhealthy: readonly UnhealthyEntry[];
  /** How many records of attempts are from before the log, so that nothing attests them; one warning for all. */
  readonly unattested: number;
  /** How many decisions something newer has replaced, or are on what has changed since: nothing is wrong with them. */
  readonly stale_decisions: number;
  readonly not_read: readonly GapEntry[];
  readonly passed_over: readonly string[];
  readonly unrecognized: readonly string[];
  /** What protocols lack; null where only health was asked for. */
  readonly readiness:
    | readonly {
        readonly protocol: string;
        readonly precondition_failures: readonly FailureEntry[];
        readonly reasons: readonly Reason[];
      }[]
    | null;
  /** Candidates whose outputs were made under other instructions or schemas than today's. */
  readonly other_instructions: readonly {
    readonly protocol: string;
    readonly work_unit?: string;
    readonly reasons: readonly Reason[];
  }[];
  readonly cycles: readonly (readonly string[])[];
  /** What is wrong with the lock file; each problem counts. */
  readonly lockfile: readonly FileEntry[];
  /** What is wrong with who may decide, and with how that is known; each problem counts. */
  readonly approvals: readonly FileEntry[];
  /** Candidates whose outputs go by age, as nothing tells what they were made from; in a clone only. */
  readonly by_age: readonly { readonly protocol: string; readonly work_unit?: string }[];
}

type FileEntry = Omit<FindingEntry, "rule">;

/** An examination as a document. */
export function doctorAnswer({ root, methodology }: OpenProject, examination: Examination): DoctorAnswer {
  const { health, findings, readiness, otherInstructions } = examination;
  const fileEntry = (finding: Diagnostic): FileEntry => {
    const { rule, ...entry } = findingEntry(finding, root);
    return entry;
  };
  const candidate = ({ protocol, workUnit }: { protocol: string; workUnit: string | null }) => ({
    protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
  });
  return {
    version: 1,
    kind: "doctor",
    methodology: methodology.name,
    problems: examination.problems,
    warnings: examination.warnings,
    findings: [...findings, ...examination.cycles].map((finding) => findingEntry(finding, root)),
    artifacts: health.map(({ type, total, valid }) => ({ artifact_type: type, total, valid })),
    unhealthy: health.flatMap(({ unhealthy }) => unhealthyEntries(unhealthy)),
    unattested: examination.unattested,
    stale_decisions: examination.staleDecisions.reduce((sum, { count }) => sum + count, 0),
    not_read: examination.gaps.map(gapEntry),
    passed_over: examination.passedOver,
    unrecognized: examination.unrecognized,
    readiness:
      readiness?.map(({ protocol, failures }) => ({
        protocol,
        precondition_failures: failures.map(failureEntry),
        reasons: failures.map(lackReason),
      })) ?? null,
    other_instructions: otherInstructions.map((made) => ({ ...candidate(made), reasons: [otherwiseReason(made)] })),
    cycles: executionOrder(methodology).cycles,
    lockfile: examination.lockfile.map(fileEntry),
    approvals: examination.approvals.map(fileEntry),
    by_age: examination.unrecorded.map(({ protocol: { name }, workUnit }) => candidate({ protocol: name, workUnit })),
  };
}
