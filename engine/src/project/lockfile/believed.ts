import { type CandidateName, candidateKey, type Moment, type Snapshot, type WorkUnit } from "@runa/store";
import type { LastAttempt } from "@runa/store/attempts";
import type { LockLine } from "./line.ts";
import type { Lock } from "./read.ts";

/** What a lock file says of one candidate. */
interface Claimed {
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly lines: readonly LockLine[];
}

/** The lines of each candidate, by `candidateKey`. */
export type LinesByCandidate = ReadonlyMap<string, Claimed>;

export function byCandidate(lines: readonly LockLine[]): LinesByCandidate {
  const found = new Map<string, { protocol: string; workUnit: WorkUnit | null; lines: LockLine[] }>();
  for (const line of lines) {
    const key = candidateKey(line);
    const known = found.get(key);
    if (known === undefined) found.set(key, { protocol: line.protocol, workUnit: line.workUnit, lines: [line] });
    else known.lines.push(line);
  }
  return found;
}

/**
 * The candidates of a lock file that are judged by it: the store has no record of them, or none of what lies there. The latter
 * is so where an output has, since the store's own last success, become exactly what the file says that another attempt made,
 * as after a pull or a change of branch.
 */
function believed(claimed: LinesByCandidate, snapshot: Snapshot): Map<string, Claimed> {
  return new Map([...claimed].filter(([key, candidate]) => isBelieved(key, candidate, snapshot)));
}

function isBelieved(key: string, { lines }: Claimed, { instances, lastAttempts, lastSuccesses }: Snapshot): boolean {
  const here = lastSuccesses.get(key);
  if (here === undefined) return true;
  const last = lastAttempts.get(key);
  const since = Math.max(here.ended, last?.ended ?? 0);
  return lines.some(
    ({ type, id, content, success }) =>
      success !== null &&
      success.attempt !== here.id &&
      instances.get(type)?.some((one) => one.id === id && one.contentHash === content && one.lastModified > since) ===
        true,
  );
}

/** The lines by which a candidate is judged; none where the store's own record counts. */
export function believedLines(lock: Lock, snapshot: Snapshot, candidate: CandidateName): readonly LockLine[] {
  const key = candidateKey(candidate);
  const lines = lock.lines.filter((line) => candidateKey(line) === key);
  return lines.length > 0 && isBelieved(key, { ...candidate, lines }, snapshot) ? lines : [];
}

/** A snapshot in which the candidates that are believed have the attempts that the lock file tells of. */
export function withLock<S extends Snapshot>(snapshot: S, claimed: LinesByCandidate): S {
  const known = believed(claimed, snapshot);
  if (known.size === 0) return snapshot;
  const lastAttempts = new Map(snapshot.lastAttempts);
  const lastSuccesses = new Map(snapshot.lastSuccesses);
  const reopened = new Set(snapshot.reopened);
  for (const [key, candidate] of known) {
    const here = snapshot.lastAttempts.get(key);
    const { success, failure, open } = attemptsIn(candidate, here?.id ?? null);
    if (open === "reopened" || open === "merged") reopened.add(key);
    if (success !== null) lastSuccesses.set(key, success);
    // A failure that this store saw came later than what was known of the candidate elsewhere.
    if (here !== undefined && !snapshot.lastSuccesses.has(key)) continue;
    const last = failure ?? success;
    if (last !== null) lastAttempts.set(key, last);
  }
  return { ...snapshot, lastAttempts, lastSuccesses, reopened };
}

type Elsewhere = NonNullable<LastAttempt["elsewhere"]>;

const BEFORE_ALL = 0 as Moment;

/** The attempts that the lines of a candidate tell of. Those of one file agree, those that a merge put together may not. */
function attemptsIn(
  { protocol, lines }: Claimed,
  lastHere: string | null,
): { readonly success: LastAttempt | null; readonly failure: LastAttempt | null; readonly open: Elsewhere["open"] } {
  const line = lines.find(({ success }) => success !== null) ?? lines[0];
  if (line === undefined) return { success: null, failure: null, open: null };
  const { success, failed, inputs, notNewer } = line;
  const agree = lines.every(
    (other) => other.success?.attempt === success?.attempt && other.failed?.attempt === failed?.attempt,
  );
  const open: Elsewhere["open"] = agree ? line.open : "merged";
  const common = {
    protocol,
    started: BEFORE_ALL,
    ended: BEFORE_ALL,
    seen: Object.fromEntries(inputs),
    elsewhere: { lastHere, notNewer, open },
  };
  return {
    success: success && {
      ...common,
      id: success.attempt,
      outcome: "delivered",
      outputsAfter: "",
      fingerprint: success.fingerprint,
    },
    failure: failed && {
      ...common,
      id: failed.attempt,
      outcome: failed.outcome,
      outputsAfter: failed.left ?? "",
      fingerprint: "",
    },
    open,
  };
}
