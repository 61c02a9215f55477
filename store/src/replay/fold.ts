import type { ContentHash, InstanceId, Moment, SchemaHash, WorkUnit } from "../artifact.ts";
import { type CandidateName, candidateKey } from "../candidate.ts";
import type { EventBodies, KnownEvent, LogEvent } from "../record/events.ts";
import type { State, StateArtifact, StateAttempt } from "./state.ts";

/**
 * What an event makes of a state, which it changes. Nothing is asked but the event: so the log alone says what was
 * (decisions 6).
 * @returns false for an event that tells too little, because an older runa wrote it
 */
export function fold(state: State, event: LogEvent): boolean {
  return event.known ? folded(state, event) : true;
}

function folded(state: State, event: KnownEvent): boolean {
  switch (event.kind) {
    case "scanned":
      return scanned(state, event.body);
    case "claimed":
      return event.body.adopted === true || claimed(state, event, event.body);
    case "attempt_ended":
      return ended(state, event, event.body);
    case "delivery_accepted":
      return delivered(state, event, event.body);
    case "withdrawn":
    case "superseded":
      return gone(state, event.body) && (event.kind === "superseded" || takenBack(state, event, event.body));
    case "accepted":
      return accepted(state, event.body);
    case "reopened":
      // By an attempt's claim it is told for people.
      return event.attempt !== null || reopened(state, event.body);
    case "decision":
      return decided(state, event.body);
    case "audited":
      return audited(state, event.body);
    default:
      return true;
  }
}

function scanned(state: State, { moment, schemas = {}, changes, gaps }: EventBodies["scanned"]): boolean {
  if (moment === undefined) return false;
  const at = moment as Moment;
  for (const [change, type, name, contentHash, found = {}] of changes) {
    const id = name as InstanceId;
    const old = state.artifacts.get(type)?.get(id);
    if (change === "removed") {
      remove(state, type, id, at);
      continue;
    }
    put(state, {
      type,
      id,
      status: found.status ?? "valid",
      contentHash: contentHash as ContentHash,
      schemaHash: schemas[type] as SchemaHash,
      workUnit: (found.work_unit as WorkUnit | undefined) ?? null,
      lastModified: change === "revalidated" && old !== undefined ? old.lastModified : at,
      deliveredAt: (found.delivered_at as Moment | undefined) ?? null,
    });
  }
  if (gaps !== undefined) state.gaps = gaps.map(([type, path, reason]) => ({ type, path, reason }));
  return true;
}

function claimed(state: State, event: KnownEvent, body: EventBodies["claimed"]): boolean {
  const { moment, fingerprint } = body;
  if (moment === undefined || fingerprint === undefined || event.attempt === null) return false;
  state.open.set(event.attempt, {
    ...candidateIn(body),
    id: event.attempt,
    started: moment as Moment,
    startedAt: event.at,
    fingerprint,
    ended: null,
    outcome: null,
    accepted: null,
    seen: null,
    outputsAfter: null,
    retry: false,
  });
  return true;
}

function ended(state: State, event: KnownEvent, body: EventBodies["attempt_ended"]): boolean {
  const { moment, outcome, seen, outputs_after: outputsAfter } = body;
  const open = state.open.get(event.attempt ?? "");
  if (moment === undefined || outputsAfter === undefined || open === undefined) return false;
  const attempt: StateAttempt = {
    ...open,
    ended: moment as Moment,
    outcome,
    seen: seen ?? null,
    outputsAfter,
    retry: body.retry === true,
  };
  state.open.delete(attempt.id);
  const key = candidateKey(attempt);
  state.last.set(key, attempt);
  if (outcome === "delivered") {
    state.successes.set(key, attempt);
    for (const one of body.vouched ?? []) vouch(state, one, attempt.started);
  }
  return true;
}

function delivered(state: State, event: KnownEvent, body: EventBodies["delivery_accepted"]): boolean {
  const { moment, artifact_type: type, via, schema_hash: schemaHash } = body;
  if (moment === undefined) return false;
  const [at, id, contentHash] = [moment as Moment, body.instance_id as InstanceId, body.content_hash as ContentHash];
  const maker = event.attempt === null ? undefined : state.open.get(event.attempt);
  if (event.attempt !== null && maker === undefined) return false;
  state.deliveries.add(type, {
    id,
    contentHash,
    at,
    via,
    attempt: event.attempt,
    protocol: maker?.protocol ?? null,
    workUnit: maker?.workUnit ?? null,
  });
  // What was confirmed, or written past the server, lies there as a scan found it.
  if (schemaHash === undefined) return true;
  const old = state.artifacts.get(type)?.get(id);
  put(state, {
    type,
    id,
    status: "valid",
    contentHash,
    schemaHash: schemaHash as SchemaHash,
    workUnit: (body.work_unit as WorkUnit | undefined) ?? null,
    lastModified: old?.contentHash === contentHash ? old.lastModified : at,
    deliveredAt: old?.deliveredAt ?? null,
  });
  return true;
}

function gone(state: State, body: EventBodies["superseded"]): boolean {
  const { artifact_type: type, content_hash: contentHash, moment } = body;
  // It lay there no more.
  if (contentHash === undefined) return true;
  if (moment === undefined) return false;
  remove(state, type, body.instance_id as InstanceId, moment as Moment);
  return true;
}

/** Who withdraws something takes back that it delivered it. */
function takenBack(state: State, event: KnownEvent, body: EventBodies["withdrawn"]): boolean {
  if (event.attempt !== null && body.again !== true)
    state.deliveries.forget(body.artifact_type, body.instance_id as InstanceId, event.attempt);
  return true;
}

function accepted(state: State, body: EventBodies["accepted"]): boolean {
  const { moment, seen, outputs_after: outputsAfter } = body;
  const key = candidateKey(candidateIn(body));
  const last = state.last.get(key);
  if (moment === undefined || seen === undefined || outputsAfter === undefined || last === undefined) return false;
  const attempt: StateAttempt = { ...last, accepted: moment as Moment, seen, outputsAfter };
  state.last.set(key, attempt);
  state.successes.set(key, attempt);
  for (const one of body.outputs) vouch(state, one, moment as Moment);
  return true;
}

function reopened(state: State, body: EventBodies["reopened"]): boolean {
  if (body.moment === undefined) return false;
  const candidate = candidateIn(body);
  state.reopened.set(candidateKey(candidate), { ...candidate, at: body.moment as Moment });
  return true;
}

/** A decision is a file as well, which is written with it. */
function decided(state: State, body: EventBodies["decision"]): boolean {
  const { moment, schema_hash: schemaHash, artifact_type: type } = body;
  if (moment === undefined || schemaHash === undefined) return false;
  put(state, {
    type,
    id: body.instance_id as InstanceId,
    status: "valid",
    contentHash: body.content_hash as ContentHash,
    schemaHash: schemaHash as SchemaHash,
    workUnit: (body.work_unit as WorkUnit | undefined) ?? null,
    lastModified: moment as Moment,
    deliveredAt: null,
  });
  return true;
}

function audited(state: State, body: EventBodies["audited"]): boolean {
  const { moment, schema_hash: schemaHash, artifact_type: type, status } = body;
  const id = body.instance_id as InstanceId;
  if (body.removed === true) {
    // Else it lay there no more.
    if (moment !== undefined) remove(state, type, id, moment as Moment);
    return true;
  }
  if (moment === undefined || schemaHash === undefined || status === undefined) return false;
  const contentHash = body.content_hash as ContentHash;
  const old = state.artifacts.get(type)?.get(id);
  put(state, {
    type,
    id,
    status,
    contentHash,
    schemaHash: schemaHash as SchemaHash,
    workUnit: (body.work_unit as WorkUnit | undefined) ?? null,
    lastModified: old?.contentHash === contentHash ? old.lastModified : (moment as Moment),
    deliveredAt: null,
  });
  return true;
}

function candidateIn(body: { readonly protocol: string; readonly work_unit?: string }): CandidateName {
  return { protocol: body.protocol, workUnit: (body.work_unit as WorkUnit | undefined) ?? null };
}

function put(state: State, artifact: StateArtifact): void {
  const ofType = state.artifacts.get(artifact.type);
  if (ofType === undefined) state.artifacts.set(artifact.type, new Map([[artifact.id, artifact]]));
  else ofType.set(artifact.id, artifact);
}

/** Takes an instance away, and notes when the last one of its type and work unit went. */
function remove(state: State, type: string, id: InstanceId, at: Moment): void {
  const old = state.artifacts.get(type)?.get(id);
  if (old === undefined) return;
  state.artifacts.get(type)?.delete(id);
  const units = state.removals.get(type);
  if (units === undefined) state.removals.set(type, new Map([[old.workUnit, at]]));
  else units.set(old.workUnit, at);
}

/** Marks an instance as delivered by a success that began then. */
function vouch(
  state: State,
  { artifact_type: type, instance_id: id }: { readonly artifact_type: string; readonly instance_id: string },
  at: Moment,
): void {
  const old = state.artifacts.get(type)?.get(id as InstanceId);
  if (old !== undefined) put(state, { ...old, deliveredAt: at });
}
