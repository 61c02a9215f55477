import type { LoggedGates, RunGates } from "@runa/store/log";
import { readProjectId } from "../decisions/project-id.ts";
import { gatesHash } from "../methodology/declared-gates.ts";
import { loosened } from "../methodology/loosened.ts";
import { loadVerdicts } from "../people/load-verdicts.ts";
import type { Policy } from "../people/policy.ts";
import type { OpenProject } from "../project/project.ts";
import { formerOf, withFormer } from "./former-gates.ts";

/** Whether somebody who may has taken these gates, instead of those with a hash. */
type IsAccepted = (logged: LoggedGates, before: string) => boolean;

/**
 * The last gates that were no looser than those before them, or were accepted: whoever can write the log cannot let the next run
 * through by it. So nothing is taken from an event but the gates themselves, under their hash. Which protocols are gone is worked
 * out again, since nobody signs what an event says of it.
 * @param runs what the log tells that runs went by, the earliest first
 */
export function countedGates(runs: readonly LoggedGates[], isAccepted: IsAccepted): RunGates | null {
  const [first, ...others] = runs.filter(({ gates }) => gates.hash === gatesHash(gates));
  if (first === undefined) return null;
  let counted = alone(first.gates);
  for (const next of others) {
    // Whoever accepts what lies there accepts what is gone, too.
    if (isAccepted(next, counted.hash)) {
      counted = alone(next.gates);
      continue;
    }
    const before = withFormer(counted);
    if (loosened(before, next.gates).length === 0)
      counted = { ...alone(next.gates), former: formerOf(before, next.gates) };
  }
  return counted;
}

function alone({ former: _, ...gates }: RunGates): RunGates {
  return gates;
}

/**
 * Judges acceptances in the order of the log: signed, of this project, and each where it first stands in the log only, so that a
 * copy of one lets nothing through. One is known again by what is signed of it: one text can have many signatures.
 */
export async function acceptances({ workspace }: OpenProject, policy: Policy): Promise<IsAccepted> {
  const { signedText, verdictOf } = await loadVerdicts();
  const project = readProjectId(workspace);
  const seen = new Set<string>();
  return ({ at, gates: { acceptance, hash } }, before) => {
    if (acceptance === undefined || verdictOf(acceptance, policy, at).kind !== "signed") return false;
    const text = signedText(acceptance);
    if (seen.has(text)) return false;
    seen.add(text);
    return (
      acceptance.methodology === hash &&
      acceptance.before === before &&
      project.kind === "known" &&
      acceptance.project === project.id
    );
  };
}
