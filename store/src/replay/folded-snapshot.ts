import type { Instance, Moment, WorkUnit } from "../artifact.ts";
import { candidateKey } from "../candidate.ts";
import { grouped } from "../grouped.ts";
import { ListedInstances } from "../instances.ts";
import type { HeardDelivery } from "../record/delivery-table.ts";
import type { LastAttempt } from "../record/last-attempts.ts";
import type { OpenAttempt } from "../record/open-attempts.ts";
import type { AskedFor, HeardDeliveries, Listeners, Snapshot } from "../snapshot.ts";
import type { State, StateAttempt } from "./state.ts";

/** What a state says of these scopes, as `readSnapshot` says it of now; without what people decided and what attests records, which the log tells. */
export function foldedSnapshot(
  state: State,
  types: Iterable<string>,
  scopes: readonly (WorkUnit | null)[],
  { listeners = () => new Map() }: Pick<AskedFor, "listeners">,
): Omit<Snapshot, "logged" | "records"> {
  const asked = new Set(scopes);
  const lastAttempts = attemptsOf(state.last, asked);
  const lastSuccesses = attemptsOf(state.successes, asked);
  const heard = new Map<WorkUnit | null, HeardDeliveries>();
  for (const scope of scopes) {
    const deliveries = heardIn(state, listeners(scope), lastSuccesses, scope);
    if (deliveries.size > 0) heard.set(scope, { deliveries, removals: removalsIn(state, scope) });
  }
  const reopened = [...state.reopened.values()].filter(
    (one) => one.at > (lastSuccesses.get(candidateKey(one))?.ended ?? 0),
  );
  return {
    instances: new ListedInstances(Array.from(types, (type) => [type, instancesOf(state, type)])),
    gaps: grouped(state.gaps, ({ type }) => type),
    lastAttempts,
    lastSuccesses,
    reopened: new Set(reopened.map(candidateKey)),
    openAttempts: [...state.open.values()].sort((one, other) => one.started - other.started).map(openFrom),
    heard,
  };
}

function instancesOf(state: State, type: string): readonly Instance[] {
  return [...(state.artifacts.get(type)?.values() ?? [])]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ schemaHash: _hash, ...artifact }) => ({ ...artifact, mtime: null, violations: [] }));
}

function attemptsOf(
  attempts: ReadonlyMap<string, StateAttempt>,
  scopes: ReadonlySet<WorkUnit | null>,
): Map<string, LastAttempt> {
  const found = [...attempts].filter(([, { workUnit }]) => scopes.has(workUnit));
  return new Map(found.map(([key, attempt]) => [key, lastFrom(attempt)]));
}

function lastFrom(attempt: StateAttempt): LastAttempt {
  const { id, protocol, started, startedAt, fingerprint, seen, outputsAfter, accepted, ended, outcome, retry } =
    attempt;
  return {
    ...{ id, protocol, started, startedAt, fingerprint, seen },
    // What a person accepted counts as delivered, and as having ended then.
    outcome: accepted !== null || outcome === null ? "delivered" : outcome,
    ended: accepted ?? ended ?? started,
    outputsAfter: outputsAfter ?? "",
    ...(retry && { retry: true as const }),
  };
}

/** Processes are not replayed: who executed it is nobody that could be asked. */
const NOBODY = { pid: 0, startTime: null, machine: null, boot: null, pidNamespace: null };

function openFrom({ id, protocol, workUnit, started, startedAt }: StateAttempt): OpenAttempt {
  return { id, protocol, workUnit, started, startedAt, owner: NOBODY, agent: null, place: null, fenced: false };
}

function heardIn(
  state: State,
  listeners: Listeners,
  successes: Snapshot["lastSuccesses"],
  workUnit: WorkUnit | null,
): Map<string, readonly HeardDelivery[]> {
  const heard = new Map<string, readonly HeardDelivery[]>();
  for (const [type, protocols] of listeners) {
    const ends = protocols.map((protocol) => successes.get(candidateKey({ protocol, workUnit }))?.ended ?? 0);
    const deliveries = heardOf(state, type, Math.min(...ends) as Moment, workUnit);
    if (deliveries.length > 0) heard.set(type, deliveries);
  }
  return heard;
}

/** Deliveries of a type by attempts of a scope after a moment, each with when the same content was delivered before, by anybody. */
function heardOf(state: State, type: string, after: Moment, scope: WorkUnit | null): HeardDelivery[] {
  const before = new Map<string, Moment>();
  const heard: HeardDelivery[] = [];
  for (const { id, contentHash, at, protocol, workUnit } of state.deliveries.of(type)) {
    const content = `${id}/${contentHash}`;
    if (protocol !== null && workUnit === scope && at > after)
      heard.push({ id, contentHash, at, protocol, before: before.get(content) ?? null });
    before.set(content, at);
  }
  return heard;
}

/** By type, when an instance that a scope sees went last. Without a work unit all instances are seen. */
function removalsIn(state: State, scope: WorkUnit | null): Map<string, Moment> {
  const removals = new Map<string, Moment>();
  for (const [type, units] of state.removals) {
    const seen = [...units].filter(([unit]) => scope === null || unit === null || unit === scope);
    if (seen.length > 0) removals.set(type, Math.max(...seen.map(([, at]) => at)) as Moment);
  }
  return removals;
}
