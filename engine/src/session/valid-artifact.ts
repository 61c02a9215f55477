import type { InstanceId, Violation } from "@runa/store";
import { RefusedError, type ValidArtifact } from "@runa/store/deliveries";
import { instanceIdProblem, workUnitOf } from "@runa/store/files";
import { JsonError, MAX_BYTES, MAX_DEPTH, parseJson } from "@runa/store/json";
import { refusedInstanceId, refusedNotJson, refusedTooLong } from "../messages.ts";
import type { ArtifactType } from "../methodology/methodology.ts";

/**
 * An artifact that may be written: as the text of its file, and judged by the whole schema.
 * @throws RefusedError
 */
export async function validArtifact(type: ArtifactType, id: InstanceId, artifact: unknown): Promise<ValidArtifact> {
  const { text, value, canonical } = asFile(artifact);
  const violations = await (await type.validator())(value);
  if (violations.length > 0) throw new InvalidArtifactError(violations);
  return { type: type.name, id, text, canonical, schemaHash: type.hash, workUnit: workUnitOf(value) };
}

/**
 * An instance's id, as it was given (contract.md section 8).
 * @throws RefusedError for one that cannot be the name of a file
 */
export function usableId(instanceId: string): InstanceId {
  const problem = instanceIdProblem(instanceId);
  if (problem === null) return instanceId as InstanceId;
  throw new RefusedError("bad_instance_id", refusedInstanceId(JSON.stringify(instanceId), problem));
}

export class InvalidArtifactError extends RefusedError {
  readonly violations: readonly Violation[];
  constructor(violations: readonly Violation[]) {
    super(
      "invalid_artifact",
      violations.length === 1
        ? "it breaks its schema in one place"
        : `it breaks its schema in ${violations.length} places`,
    );
    this.violations = violations;
  }
}

const MAX_MIB = MAX_BYTES / 1024 ** 2;

/** An artifact as the text of its file, and as that text is read back. */
function asFile(artifact: unknown): { text: string; value: unknown; canonical: string } {
  try {
    const text = `${JSON.stringify(artifact, null, 2)}\n`;
    if (Buffer.byteLength(text) > MAX_BYTES) throw new RefusedError("not_json", refusedTooLong(MAX_MIB));
    return { text, ...parseJson(text) };
  } catch (error) {
    if (error instanceof JsonError) throw new RefusedError("not_json", refusedNotJson(error.message));
    if (!(error instanceof RangeError)) throw error;
    // The limits of JSON.stringify on nesting and on length lie above runa's.
    const limit = /call stack/.test(error.message) ? `nested over ${MAX_DEPTH} levels` : `longer than ${MAX_MIB} MiB`;
    throw new RefusedError("not_json", refusedNotJson(limit));
  }
}
