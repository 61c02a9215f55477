import type { CandidateName, InstanceId, InstanceRef } from "@runa/store";
import type { EndedAttempt } from "@runa/store/attempts";
import { candidateFile } from "../candidate-file.ts";
import type { AuditAnnotation } from "../methodology/annotation.ts";
import type { ArtifactType, Methodology } from "../methodology/methodology.ts";
import { countedOutcome } from "./record.ts";

/** An artifact type whose instances are records of attempts. */
export interface AuditType extends ArtifactType {
  readonly annotation: AuditAnnotation;
}

/** The audit types of a methodology, in the manifest's order. */
export function auditTypesOf({ types }: Pick<Methodology, "types">): AuditType[] {
  return [...types.values()].filter(isAuditType);
}

function isAuditType(type: ArtifactType): type is AuditType {
  return type.annotation?.kind === "audit";
}

/**
 * The instances of audit types that the end of an attempt may change: its own record, or that of the attempt of its candidate
 * before it, which is replaced, or is there no more.
 */
export function recordsDue(
  methodology: Pick<Methodology, "types">,
  attempt: CandidateName & { id: string },
): InstanceRef[] {
  return auditTypesOf(methodology)
    .filter(({ annotation }) => covers(annotation, attempt))
    .map(({ name, annotation }) => ({ type: name, id: recordId(annotation, attempt) }));
}

/** The instance that is the record of an attempt. */
export function recordId({ per }: AuditAnnotation, attempt: CandidateName & { id: string }): InstanceId {
  return (per === "attempt" ? attempt.id : candidateFile(attempt)) as InstanceId;
}

/** Whether an audit type has a record of an attempt: as long as it is its candidate's newest, where there is one for each. */
export function isRecorded(annotation: AuditAnnotation, attempt: EndedAttempt): boolean {
  return covers(annotation, attempt) && (annotation.outcomes?.includes(countedOutcome(attempt)) ?? true);
}

function covers({ protocols }: AuditAnnotation, { protocol }: CandidateName): boolean {
  return protocols?.includes(protocol) ?? true;
}
