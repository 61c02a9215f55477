import { type Deciding, hasDecisions } from "../decisions/decided.ts";
import { recordEnd } from "../decisions/record-end.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { loadVerdicts } from "../people/load-verdicts.ts";
import type { Policy } from "../people/policy.ts";

/** Where nobody decides anything it does not matter who would. */
const NOBODY: Pick<Deciding, "policy" | "signatures"> = { policy: { required: false, people: null }, signatures: null };

/**
 * Who decides in a project, and how that and the records of attempts are known. Where its methodology has no decisions nothing is read or loaded for it;
 * what judges signatures is loaded where somebody has a key.
 * @throws RunaError, DiagnosticsError with everything that is wrong in the policy
 */
export async function decidingIn(
  methodology: Methodology,
  workspace: string,
  policyOf: () => Promise<Policy>,
): Promise<Deciding> {
  const endOf: Deciding["endOf"] = (file) => recordEnd(workspace, file);
  if (!hasDecisions(methodology)) return { ...NOBODY, endOf };
  const policy = await policyOf();
  const hasKeys = [...(policy.people?.values() ?? [])].some(({ keys }) => keys.length > 0);
  if (!hasKeys) return { policy, signatures: null, endOf };
  const [{ verdictOf }, { SignedFiles }] = await Promise.all([loadVerdicts(), import("../decisions/signed-files.ts")]);
  return { policy, signatures: new SignedFiles(workspace, policy, verdictOf), endOf };
}
