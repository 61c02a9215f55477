import { type InstanceStatus, judgeContent } from "@runa/store";
import type { OpenProject } from "../project/project.ts";
import { typeNamed } from "./named.ts";
import { type PlacedViolation, placed } from "./placed-violation.ts";

/** What a scan would make of a file (`runa validate`). */
export interface ValidationAnswer {
  readonly version: 1;
  readonly kind: "validation";
  readonly methodology: string;
  readonly artifact_type: string;
  /** As it was given; `-` for stdin. */
  readonly file: string;
  readonly status: Exclude<InstanceStatus, "stale">;
  readonly content_hash: string;
  readonly work_unit?: string;
  readonly violations: readonly PlacedViolation[];
}

/**
 * Judges the content of a file as an artifact of a type, as a scan does.
 * @throws RunaError for a type that there is not
 */
export async function validate(
  { methodology }: OpenProject,
  typeName: string,
  file: string,
  bytes: Buffer,
): Promise<ValidationAnswer> {
  const type = typeNamed(methodology, typeName);
  const { status, contentHash, workUnit, violations, malformedAt } = await judgeContent(type, bytes);
  return {
    version: 1,
    kind: "validation",
    methodology: methodology.name,
    artifact_type: type.name,
    file,
    status,
    content_hash: contentHash,
    ...(workUnit !== null && { work_unit: workUnit }),
    violations: await placed(violations, bytes.toString("utf8"), malformedAt),
  };
}
