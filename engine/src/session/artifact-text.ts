import type { Violation } from "@runa/store";
import { JsonError, type Loss, lossesOf, parseJsonBytes } from "@runa/store/json";

/** What a text that was to be delivered comes to. */
export type ReadArtifact =
  | { readonly kind: "artifact"; readonly artifact: unknown }
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly violations: readonly Pick<Violation, "path" | "expected" | "got">[];
    };

/**
 * An artifact from the bytes of its text, which are judged as a scan judges those of a file (contract.md section 4).
 * @param workUnit put into it; null leaves it as it is
 */
export function readArtifact(bytes: Uint8Array, workUnit: string | null = null): ReadArtifact {
  try {
    const { value, exact } = parseJsonBytes(bytes);
    if (exact === undefined) return workUnit === null ? { kind: "artifact", artifact: value } : within(workUnit, value);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { kind: "refused", reason: `the artifact is not JSON: ${error.message}`, violations: [] };
  }
  const violations = lossesOf(Buffer.from(bytes).toString("utf8")).map(lossViolation);
  return { kind: "refused", reason: "the artifact holds a number that cannot be kept exactly", violations };
}

/** An artifact that names a work unit as its own. */
function within(workUnit: string, artifact: unknown): ReadArtifact {
  const refused = (reason: string): ReadArtifact => ({ kind: "refused", reason, violations: [] });
  if (typeof artifact !== "object" || artifact === null || Array.isArray(artifact))
    return refused("what is no object names no work unit: leave --work-unit out");
  const named = Object.hasOwn(artifact, "work_unit") ? (artifact as { work_unit: unknown }).work_unit : workUnit;
  if (named !== workUnit)
    return refused(
      `its work_unit is ${JSON.stringify(named)}, and --work-unit says '${workUnit}': leave one of them out`,
    );
  return { kind: "artifact", artifact: { ...artifact, work_unit: workUnit } };
}

/**
 * What a text of a delivery says and its artifact would not: such a delivery is refused, whoever makes it, so that nothing is
 * changed on its way.
 */
export function lossViolation({ path, kind, text }: Loss): Pick<Violation, "path" | "expected" | "got"> {
  return kind === "key"
    ? { path, expected: "each name once in an object", got: `${text} twice` }
    : {
        path,
        expected:
          "a number that a double holds: integers up to 9007199254740991, else at most 17 digits; where the schema allows one, write a string",
        got: text,
      };
}
