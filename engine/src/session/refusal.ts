import { type Store, StoreError } from "@runa/store";
import type { Refusal } from "@runa/store/attempts";
import { RefusedError, recordRefusal } from "@runa/store/deliveries";
import type { DeliveryResult } from "./output-session.ts";
import { InvalidArtifactError } from "./valid-artifact.ts";

/** A call that was refused: something that its caller can mend. */
export type Refused = Extract<DeliveryResult, { kind: "refused" }>;

/**
 * Carries out a call. Everything that the caller can mend comes back as a refusal, and is noted: in the log, and for the
 * report of the attempt where there is one.
 */
export async function orRefusal<T>(
  store: Store,
  attempt: string | null,
  artifactType: string,
  act: () => Promise<T>,
): Promise<T | Refused> {
  try {
    return await act();
  } catch (error) {
    // Of a store that is gone, full or damaged, the refusal cannot be told either.
    if (error instanceof StoreError) return { kind: "refused", reason: error.message, violations: [] };
    if (!(error instanceof RefusedError)) throw error;
    const violations = error instanceof InvalidArtifactError ? error.violations : [];
    const kept = violations.map(({ path, keyword, expected }) => ({ path, keyword, expected }));
    const type = error.reason === "not_an_output" ? null : artifactType;
    recordRefusal(store, attempt, error.reason, type, { reason: error.message, violations: kept });
    return { kind: "refused", reason: error.message, violations };
  }
}

/** Notes a call whose arguments are no artifact: of its violations only what was expected, never what was found. */
export function recordBadArguments(
  store: Store,
  attempt: string | null,
  artifactType: string | null,
  { reason, violations }: Pick<Refusal, "reason" | "violations">,
): void {
  const kept = violations.map(({ path, expected }) => ({ path, expected }));
  recordRefusal(store, attempt, "bad_arguments", artifactType, { reason, violations: kept });
}
