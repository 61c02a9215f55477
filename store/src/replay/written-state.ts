import type { InstanceId, Moment, ScanGap, WorkUnit } from "../artifact.ts";
import { candidateKey } from "../candidate.ts";
import { parsed } from "../connection/stored.ts";
import { sha256 } from "../json/canonical.ts";
import {
  Deliveries,
  emptyState,
  type State,
  type StateArtifact,
  type StateAttempt,
  type StateDelivery,
} from "./state.ts";

/**
 * A state in writing, by section: the same texts for the same state. The core holds the hashes of the others, which are of
 * the deliveries of one type each: those grow with the log, and most questions need none of them.
 */
export type WrittenState = ReadonlyMap<string, string>;

/** The section that every state has. */
export const CORE = "core";

const DELIVERIES = "deliveries:";
const VERSION = 1;

/** The hash of a state: that of its core. */
export function hashOfState(written: WrittenState): string {
  return sha256(written.get(CORE) ?? "");
}

export function writeState(state: State): WrittenState {
  const deliveries = state.deliveries
    .types()
    .map((type) => [type, state.deliveries.of(type)] as const)
    .filter(([, list]) => list.length > 0)
    .map(([type, list]) => [type, JSON.stringify(list.map(rowOfDelivery))] as const);
  // Lists of lists, in an order: what is made once is compared and hashed as it stands.
  const core = JSON.stringify([
    VERSION,
    sorted(state.artifacts, ([type]) => type)
      .filter(([, ofType]) => ofType.size > 0)
      .map(([type, ofType]) => [type, sorted(ofType, ([id]) => id).map(([, one]) => rowOfArtifact(one))]),
    attemptRows(state.open),
    attemptRows(state.last),
    attemptRows(state.successes),
    sorted(state.reopened, ([key]) => key).map(([, { protocol, workUnit, at }]) => [protocol, workUnit, at]),
    sorted(state.removals, ([type]) => type).map(([type, units]) => [type, sorted(units, ([unit]) => unit ?? "")]),
    state.gaps.map(({ type, path, reason }) => [type, path, reason]),
    deliveries.map(([type, text]) => [type, sha256(text)]),
  ]);
  return new Map([[CORE, core], ...deliveries.map(([type, text]) => [DELIVERIES + type, text] as const)]);
}

type CoreRows = readonly [
  version: number,
  artifacts: readonly [string, readonly ArtifactEntry[]][],
  open: readonly AttemptEntry[],
  last: readonly AttemptEntry[],
  successes: readonly AttemptEntry[],
  reopened: readonly [string, WorkUnit | null, Moment][],
  removals: readonly [string, readonly [WorkUnit | null, Moment][]][],
  gaps: readonly [string, string, string][],
  deliveries: readonly [string, string][],
];

/**
 * Reads a state that was written.
 * @param section reads another section than the core, when it is asked for
 * @returns null for what this runa did not write
 */
export function readState(core: string, section: (name: string, hash: string) => string): State | null {
  const rows = parsed(core) as CoreRows | undefined;
  if (!Array.isArray(rows) || rows[0] !== VERSION) return null;
  const [, artifacts, open, last, successes, reopened, removals, gaps, deliveries] = rows as unknown as CoreRows;
  const kept = deliveries.map(
    ([type, hash]) =>
      [type, () => (JSON.parse(section(DELIVERIES + type, hash)) as DeliveryEntry[]).map(deliveryFrom)] as const,
  );
  const state: State = { ...emptyState(), deliveries: new Deliveries(new Map(kept)) };
  for (const [type, list] of artifacts)
    state.artifacts.set(type, new Map(list.map((row) => [row[0], artifactFrom(type, row)])));
  for (const attempt of open.map(attemptFrom)) state.open.set(attempt.id, attempt);
  for (const attempt of last.map(attemptFrom)) state.last.set(candidateKey(attempt), attempt);
  for (const attempt of successes.map(attemptFrom)) state.successes.set(candidateKey(attempt), attempt);
  for (const [protocol, workUnit, at] of reopened)
    state.reopened.set(candidateKey({ protocol, workUnit }), { protocol, workUnit, at });
  for (const [type, units] of removals) state.removals.set(type, new Map(units));
  state.gaps = gaps.map(([type, path, reason]): ScanGap => ({ type, path, reason }));
  return state;
}

type ArtifactEntry = readonly [InstanceId, ...unknown[]];

function rowOfArtifact(one: StateArtifact): ArtifactEntry {
  return [one.id, one.status, one.contentHash, one.schemaHash, one.workUnit, one.lastModified, one.deliveredAt];
}

function artifactFrom(type: string, row: ArtifactEntry): StateArtifact {
  const [id, status, contentHash, schemaHash, workUnit, lastModified, deliveredAt] = row;
  return { type, id, status, contentHash, schemaHash, workUnit, lastModified, deliveredAt } as StateArtifact;
}

type AttemptEntry = readonly unknown[];

function attemptRows(attempts: ReadonlyMap<string, StateAttempt>): AttemptEntry[] {
  return sorted(attempts, ([key]) => key).map(([, one]) => [
    one.id,
    one.protocol,
    one.workUnit,
    one.started,
    one.startedAt,
    one.fingerprint,
    one.ended,
    one.outcome,
    one.accepted,
    one.seen === null
      ? null
      : Object.entries(one.seen)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([type, { valid, all }]) => [type, valid, all]),
    one.outputsAfter,
    one.retry,
  ]);
}

function attemptFrom(row: AttemptEntry): StateAttempt {
  const [id, protocol, workUnit, started, startedAt, fingerprint, ended, outcome, accepted, saw, outputsAfter, retry] =
    row;
  const seen = saw as [string, string, string][] | null;
  return {
    ...{ id, protocol, workUnit, started, startedAt, fingerprint, ended, outcome, accepted, outputsAfter, retry },
    seen: seen && Object.fromEntries(seen.map(([type, valid, all]) => [type, { valid, all }])),
  } as StateAttempt;
}

type DeliveryEntry = readonly unknown[];

function rowOfDelivery(one: StateDelivery): DeliveryEntry {
  return [one.id, one.contentHash, one.at, one.via, one.attempt, one.protocol, one.workUnit];
}

function deliveryFrom([id, contentHash, at, via, attempt, protocol, workUnit]: DeliveryEntry): StateDelivery {
  return { id, contentHash, at, via, attempt, protocol, workUnit } as StateDelivery;
}

function sorted<Key, Value>(map: ReadonlyMap<Key, Value>, by: (entry: [Key, Value]) => string): [Key, Value][] {
  return [...map].sort((one, other) => (by(one) < by(other) ? -1 : 1));
}
