import type { Violation } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import { decisionNotDelivered, recordNotDelivered } from "../messages.ts";
import type { OpenProject } from "../project/project.ts";
import { readArtifact } from "../session/artifact-text.ts";
import { deliverByHand } from "../session/by-hand.ts";
import type { DeliveryResult, OutputSession, RefusedViolation } from "../session/output-session.ts";
import { typeNamed } from "./named.ts";

/** What a delivery came to (`runa deliver`). */
export interface DeliveryAnswer {
  readonly version: 1;
  readonly kind: "delivery";
  readonly methodology: string;
  readonly result: DeliveryResult["kind"];
  readonly artifact_type: string;
  readonly instance_id: string;
  /** The attempt's protocol, and its work unit; left out of what a person delivers. */
  readonly protocol?: string;
  readonly work_unit?: string;
  /** Of what was not refused: where the file lies or lay, and the content. */
  readonly path?: string;
  readonly content_hash?: string;
  /** Of an attempt: what it has still to deliver. */
  readonly still_owed?: readonly string[];
  /** Of what was refused. */
  readonly reason?: string;
  readonly violations?: readonly (RefusedViolation & Pick<Violation, "message">)[];
}

/** What is delivered: the text of an artifact, and the work unit that is put into it. */
export interface Delivery {
  readonly type: string;
  readonly instance: string;
  readonly bytes: Uint8Array;
  readonly workUnit: string | null;
}

/**
 * Delivers what a person writes.
 * @throws RunaError for a type that there is not, or of which nothing can be delivered; StoreError where nothing can be kept
 */
export async function handDelivery(
  project: OpenProject,
  { type: name, instance, bytes, workUnit }: Delivery,
): Promise<DeliveryAnswer> {
  const { methodology } = project;
  const type = typeNamed(methodology, name);
  if (type.annotation?.kind === "audit") throw new RunaError(recordNotDelivered(name));
  if (type.annotation !== null) throw new RunaError(decisionNotDelivered(name));
  const read = readArtifact(bytes, workUnit);
  const result = await deliverByHand(project, { type, instanceId: instance, read, workUnit });
  return entryOf(methodology.name, name, instance, result);
}

/** Delivers inside an attempt. */
export async function attemptDelivery(
  session: OutputSession,
  { type, instance, bytes, workUnit }: Delivery,
): Promise<DeliveryAnswer> {
  // The attempt's own work unit goes in as its server puts it in.
  const read = readArtifact(bytes, workUnit === session.workUnit ? null : workUnit);
  if (read.kind === "artifact")
    return inAttempt(session, type, instance, await session.deliver(type, instance, read.artifact));
  session.noteRefusal(read.reason, read.violations, type);
  return inAttempt(session, type, instance, read);
}

/** Says of an output that lies there already that it is right as it is, or takes it away. */
export async function attemptVerdict(
  session: OutputSession,
  verdict: "confirm" | "withdraw",
  type: string,
  instance: string,
): Promise<DeliveryAnswer> {
  const result =
    verdict === "confirm" ? await session.confirmUnchanged(type, instance) : await session.withdraw(type, instance);
  return inAttempt(session, type, instance, result);
}

function inAttempt(
  { methodology, protocol, workUnit }: OutputSession,
  type: string,
  instance: string,
  result: DeliveryResult,
): DeliveryAnswer {
  return {
    ...entryOf(methodology, type, instance, result),
    protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
    ...(result.kind !== "refused" && { still_owed: result.stillOwed }),
  };
}

function entryOf(methodology: string, type: string, instance: string, result: DeliveryResult): DeliveryAnswer {
  return {
    version: 1,
    kind: "delivery",
    methodology,
    result: result.kind,
    artifact_type: type,
    instance_id: instance,
    ...(result.kind === "refused"
      ? {
          reason: result.reason,
          violations: result.violations.map((violation) => ({
            ...violation,
            message: violation.message ?? `${violation.path}: expected ${violation.expected}, got ${violation.got}`,
          })),
        }
      : { path: result.path, content_hash: result.contentHash }),
  };
}
