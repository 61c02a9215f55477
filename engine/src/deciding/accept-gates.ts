import { rfc3339, wallTime } from "@runa/store";
import { gatesOfLastRun, logHead, type RunGates, recordGates } from "@runa/store/log";
import { hasDecisions } from "../decisions/decided.ts";
import { requireProjectId } from "../decisions/project-id.ts";
import { RunaError } from "../diagnostic.ts";
import { gatesLoosened, gatesRaced, otherGates } from "../messages.ts";
import { declaredGates, type Gates, gatesHash } from "../methodology/declared-gates.ts";
import { loosened } from "../methodology/loosened.ts";
import { deciderNow } from "../people/decider.ts";
import { loadSigning } from "../people/load-signing.ts";
import { displayPath, type OpenProject } from "../project/project.ts";
import { looseningText } from "./loosening-text.ts";

/** How a person takes a methodology whose gates are looser than before. */
export interface GateAcceptance {
  /** `--accept-methodology`: how the hash begins that the refusal printed; null where it was not given. */
  readonly hash: string | null;
  readonly environment: NodeJS.ProcessEnv;
  /** Hears what the program that signs says. */
  readonly tell: (text: string) => void;
}

/** The gates that lie there, beside those that the last run went by. */
interface Compared {
  readonly gates: Gates;
  readonly hash: string;
  /** The hash of those of the last run; null where no run had any. */
  readonly before: string | null;
  /** In what way they are not provably as strict, in words. */
  readonly found: readonly string[];
}

/** Null where nothing has changed. */
function compared({ methodology, store, root }: OpenProject): Compared | null {
  const last = gatesOfLastRun(store);
  if (last === null && !hasDecisions(methodology)) return null;
  const gates = declaredGates(methodology, displayPath(root, methodology.file));
  const hash = gatesHash(gates);
  if (last?.hash === hash) return null;
  const found = last === null ? [] : loosened(last, gates).map(looseningText);
  return { gates, hash, before: last?.hash ?? null, found };
}

/** What a run would refuse for; null where it would not. */
export function loosenedGates(project: OpenProject): string | null {
  const { found = [], hash = "" } = compared(project) ?? {};
  return found.length === 0 ? null : gatesLoosened(found.join("; "), hash);
}

/**
 * Holds what people decide by, and what waits for it, against the last run (decisions 4, "Loosened gates"): what is not provably
 * as strict has to be accepted, which the log tells of, signed where signatures are required.
 * @throws RunaError that says what is looser, and by which hash it is accepted
 */
export async function requireGates(project: OpenProject, acceptance: GateAcceptance): Promise<void> {
  const { store } = project;
  const change = compared(project);
  if (change === null) return;
  const { gates, hash, before, found } = change;
  if (found.length > 0) refuseUnlessAccepted(found, hash, acceptance.hash);
  // Where nothing can be kept, nothing is executed either.
  if (!store.persistent) return;
  const accepted = found.length === 0 ? {} : await acceptedBy(project, { hash, before: before ?? "" }, acceptance);
  if (!recordGates(store, before, { hash, ...gates, ...accepted })) throw new RunaError(gatesRaced());
}

function refuseUnlessAccepted(found: readonly string[], hash: string, given: string | null): void {
  if (given === null) throw new RunaError(gatesLoosened(found.join("; "), hash));
  if (!hash.startsWith(given)) throw new RunaError(otherGates(given, hash));
}

async function acceptedBy(
  project: OpenProject,
  { hash, before }: { readonly hash: string; readonly before: string },
  { environment, tell }: GateAcceptance,
): Promise<Pick<RunGates, "acceptance" | "policy" | "actor">> {
  const { store, root, workspace } = project;
  const policy = await project.policy();
  const { name, key } = await deciderNow(policy, { root, environment });
  const statement = {
    v: 1,
    project: requireProjectId(store, workspace),
    decision: "methodology_accepted" as const,
    methodology: hash,
    before,
    by: { name, ...(key !== null && { key: key.public.fingerprint }) },
    at: rfc3339(wallTime()),
    log_head: logHead(store).hash,
  };
  const acceptance =
    key === null ? statement : await (await loadSigning()).signedDecision(statement, key, environment, tell);
  return { acceptance, policy: policy.hash, actor: { kind: "person", name } };
}
