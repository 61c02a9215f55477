import { rfc3339 } from "@runa/store";
import type { EndedAttempt, OutcomeId, RecordedAttempt, Usage } from "@runa/store/attempts";
import { type EndFacts, endFactsOf } from "@runa/store/log";

/** One artifact, as a record names it. */
export interface NamedContent {
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly content_hash: string;
}

/**
 * The record of an attempt, the content of an instance of an audit type (decisions.md section 5;
 * `schemas/audit.schema.json`): names and hashes, no contents and no environment. What is not known is left out.
 */
export interface AuditRecord {
  readonly v: 1;
  readonly attempt: string;
  readonly protocol: string;
  readonly work_unit?: string;
  /** Who had it executed. */
  readonly ran_by?: { readonly name: string };
  /** The agent's argv, as configured, and the table of the config that it stands in. */
  readonly agent: readonly string[];
  readonly binding?: string;
  /** The hash of the instructions. */
  readonly instructions: string;
  readonly methodology?: {
    readonly name: string;
    readonly manifest: string;
    readonly schemas: Readonly<Record<string, string>>;
  };
  readonly policy?: string;
  readonly inputs: readonly NamedContent[];
  readonly delivered: readonly (NamedContent & { readonly via: "tool" | "file" | "confirmed" })[];
  readonly started: string;
  readonly ended?: string;
  readonly duration_ms?: number;
  readonly outcome: OutcomeId;
  /** The outcome's own facts, as the log has them. */
  readonly detail?: EndFacts;
  /** A person took what it left as done all the same: it counts as delivered. */
  readonly accepted?: { readonly by?: { readonly name: string }; readonly at: string };
  readonly calls: { readonly accepted: number; readonly refused: number };
  readonly usage?: Usage;
  /** The hash of the event that tells of its end, or of its acceptance: where the log ended then. */
  readonly log_head?: string;
}

/** The record of an attempt that has ended: of nothing but what is on record of it, so that it can be made again. */
export function auditRecord(attempt: EndedAttempt): AuditRecord {
  return { v: 1, ...toldAttempt(attempt), outcome: attempt.outcome };
}

/** The same of an attempt that may not have ended. */
export type ToldAttempt = Omit<AuditRecord, "v" | "outcome"> & Partial<Pick<AuditRecord, "outcome">>;

/** What is told of an attempt. */
export function toldAttempt(attempt: RecordedAttempt): ToldAttempt {
  const { workUnit, claimed, methodology, outcome, ended, accepted, usage } = attempt;
  const { binding, policy } = claimed?.body ?? {};
  const ranBy = personOf(claimed?.body);
  const detail = ended === null ? {} : endFactsOf(ended.body);
  return {
    attempt: attempt.id,
    protocol: attempt.protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
    ...(ranBy !== null && { ran_by: ranBy }),
    agent: attempt.argv,
    ...(binding !== undefined && { binding }),
    instructions: attempt.instructionsHash,
    ...(methodology !== null && {
      methodology: {
        name: methodology.methodology,
        manifest: methodology.manifest,
        schemas: methodology.schemas,
      },
    }),
    ...(policy !== undefined && { policy }),
    inputs: attempt.inputs.map(named),
    delivered: attempt.deliveries.flatMap((delivery) =>
      delivery.via === "hand" ? [] : [{ ...named(delivery), via: delivery.via }],
    ),
    started: rfc3339(attempt.startedAt),
    ...(ended !== null && { ended: rfc3339(ended.at) }),
    ...(ended?.body.duration_ms !== undefined && { duration_ms: ended.body.duration_ms }),
    ...(outcome !== null && { outcome }),
    ...(Object.keys(detail).length > 0 && { detail }),
    ...(accepted !== null && { accepted: acceptanceOf(accepted) }),
    calls: attempt.calls,
    ...(usage !== null && { usage }),
    ...logHeadOf(attempt),
  };
}

/** The outcome that an attempt counts as. */
export function countedOutcome({ outcome, accepted }: Pick<EndedAttempt, "outcome" | "accepted">): OutcomeId {
  return accepted === null ? outcome : "delivered";
}

function named({ type, id, contentHash }: RecordedAttempt["inputs"][number]): NamedContent {
  return { artifact_type: type, instance_id: id, content_hash: contentHash };
}

/** Who did what an event tells, where that was a person. */
function personOf(body: NonNullable<RecordedAttempt["claimed"]>["body"] | undefined): { readonly name: string } | null {
  return body?.actor?.kind === "person" ? { name: body.actor.name } : null;
}

function acceptanceOf({ at, body: { actor } }: NonNullable<RecordedAttempt["accepted"]>): AuditRecord["accepted"] {
  return { ...(actor?.kind === "person" && { by: { name: actor.name } }), at: rfc3339(at) };
}

function logHeadOf({ ended, accepted }: RecordedAttempt): Pick<AuditRecord, "log_head"> {
  const last = accepted ?? ended;
  return last === null ? {} : { log_head: last.hash };
}
