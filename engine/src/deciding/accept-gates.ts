import { rfc3339, wallTime } from "@runa/store";
import { gatesOfLastRun, gatesOfRuns, logHead, type RunGates, recordGates } from "@runa/store/log";
import { hasDecisions } from "../decisions/decided.ts";
import { requireProjectId } from "../decisions/project-id.ts";
import { RunaError } from "../diagnostic.ts";
import { gatesLoosened, gatesRaced, otherGates } from "../messages.ts";
import { declaredGates, type Gates, gatesHash } from "../methodology/declared-gates.ts";
import { loosened } from "../methodology/loosened.ts";
import { deciderNow } from "../people/decider.ts";
import { loadSigning } from "../people/load-signing.ts";
import { displayPath, type OpenProject } from "../project/project.ts";
import { acceptances, countedGates } from "./counted-gates.ts";
import { formerOf, withFormer } from "./former-gates.ts";
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
  /** The hash of those that they were compared with; null where no run had any. */
  readonly before: string | null;
  /** The protocols that waited for people and are gone, or write less, as they were. */
  readonly former: Gates["protocols"];
  /** In what way they are not provably as strict, in words. */
  readonly found: readonly string[];
}

/** Null where nothing has changed. */
async function compared(project: OpenProject): Promise<Compared | null> {
  const { methodology, root } = project;
  const last = await lastTaken(project);
  if (last === null && !hasDecisions(methodology)) return null;
  const gates = declaredGates(methodology, displayPath(root, methodology.file));
  const hash = gatesHash(gates);
  if (last?.hash === hash) return null;
  if (last === null) return { gates, hash, before: null, former: {}, found: [] };
  const before = withFormer(last);
  const found = loosened(before, gates).map(looseningText);
  return { gates, hash, before: last.hash, former: formerOf(before, gates), found };
}

/** The gates that the last run went by. Where signatures are required, those that can be counted on. */
async function lastTaken(project: OpenProject): Promise<RunGates | null> {
  const { store } = project;
  const last = gatesOfLastRun(store);
  if (last === null) return null;
  const policy = await project.policy();
  if (!policy.required) return last;
  return countedGates(gatesOfRuns(store), await acceptances(project, policy));
}

/** What a run would refuse for; null where it would not. */
export async function loosenedGates(project: OpenProject): Promise<string | null> {
  const { found = [], hash = "" } = (await compared(project)) ?? {};
  return found.length === 0 ? null : gatesLoosened(found.join("; "), hash);
}

/**
 * Holds what people decide by, and what waits for it, against the last run (decisions 4, "Loosened gates"): what is not provably
 * as strict has to be accepted, which the log tells of, signed where signatures are required.
 * @throws RunaError that says what is looser, and by which hash it is accepted
 */
export async function requireGates(project: OpenProject, acceptance: GateAcceptance): Promise<void> {
  const { store } = project;
  // Before anything is compared, so that what another run tells meanwhile is seen.
  const latest = gatesOfLastRun(store)?.hash ?? null;
  const change = await compared(project);
  if (change === null) return;
  const { gates, hash, before, former, found } = change;
  if (found.length > 0) refuseUnlessAccepted(found, hash, acceptance.hash);
  // Where nothing can be kept, nothing is executed either.
  if (!store.persistent) return;
  // Whoever accepts what lies there accepts what is gone, too.
  const rest =
    found.length > 0
      ? await acceptedBy(project, { hash, before: before ?? "" }, acceptance)
      : { ...(Object.keys(former).length > 0 && { former }) };
  if (!recordGates(store, latest, { hash, ...gates, ...rest })) throw new RunaError(gatesRaced());
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
