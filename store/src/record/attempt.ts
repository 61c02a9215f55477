import { join } from "node:path";
import type { Instance, InstanceRef, Moment, WorkUnit } from "../artifact.ts";
import type { Connection } from "../connection/connection.ts";
import type { Store } from "../connection/store.ts";
import type { Content } from "../contents/content.ts";
import { keepContents, prepareContents } from "../contents/keep.ts";
import { markDelivered } from "../index/artifact-table.ts";
import { wallTime } from "../wall-time.ts";
import { holdsUnfinished, removeUnfinished } from "../workspace/durable-write.ts";
import { removeProbes } from "../workspace/stat-identity.ts";
import {
  type AttemptEnd,
  type AttemptStart,
  changeOwner,
  endAttemptRow,
  fence,
  type InstanceBefore,
  insertAttempt,
  type OutcomeId,
  type Owner,
  type ProcessIdentity,
  setAgent,
  startOf,
} from "./attempt-table.ts";
import { nextMoment } from "./clock-table.ts";
import type { Decided } from "./decision.ts";
import { lastDecision } from "./decision-log.ts";
import {
  type DeliveryRow,
  deliveriesOf,
  type EarlierDelivery,
  earlierDeliveriesOf,
  wasDeliveredElsewhere,
} from "./delivery-table.ts";
import { append, appendMethodology, type ToldMethodology } from "./event-table.ts";
import { type Actor, candidateBody, type EndFacts, type EventBodies } from "./events.ts";
import { type Exclusion, obstacleAmong } from "./exclusion.ts";
import { forgetBefore, instancesBeforeAttempt, recordGiven } from "./given-table.ts";
import { lastAttemptOf, workedUnits } from "./last-attempts.ts";
import {
  type AttemptProgress,
  attemptProgress,
  findOpenAttempt,
  type OpenAttempt,
  openAttempts,
} from "./open-attempts.ts";
import { putPending, putPendingRecords } from "./pending-operation-table.ts";
import { recordDelivery } from "./record-delivery.ts";
import { type ServerNotes, serverNotes } from "./server-notes.ts";
import { withdrawalsOf } from "./withdrawal-table.ts";

/** A candidate that is to be executed, as it was evaluated. */
export interface Claim extends AttemptStart {
  /** Its last attempt that had ended when it was evaluated; another since then means that it was executed meanwhile. */
  readonly lastAttempt: string | null;
  /** How that ended, where it is known; another outcome means that it was accepted meanwhile. */
  readonly lastOutcome?: OutcomeId | undefined;
  /** The last event that told of a decision, where decisions were asked about; another means that people decided meanwhile. */
  readonly lastDecision?: number | undefined;
  /** Its last success, and why it is executed again, as far as is known; null where it had none. */
  readonly reopened: Pick<EventBodies["reopened"], "last_success" | "because"> | null;
  /** The run that executes it. */
  readonly run?: string;
  /** What it does not run beside, of everything that has not ended. */
  readonly exclusion: Exclusion;
  /** The contents that it is given: inputs, instructions, and all of the methodology. */
  readonly contents: readonly Content[];
  /** Who has it executed, where that is known. */
  readonly actor?: Actor | undefined;
  /** What the log tells of it besides. */
  readonly circumstances?: Circumstances;
}

/** Under what an attempt is made. */
export interface Circumstances extends Pick<EventBodies["claimed"], "binding" | "policy"> {
  /** The methodology that its runa has loaded: the last one that the log tells of before the claim. */
  readonly methodology: ToldMethodology;
}

/** What came of a claim: the attempt has begun, something else runs that it has to wait for, or it is no longer as it was evaluated. */
export type ClaimResult =
  | { readonly kind: "claimed"; readonly started: Moment }
  | { readonly kind: "obstructed"; readonly by: OpenAttempt }
  | { readonly kind: "outdated" };

/**
 * Claims a candidate in one immediate transaction, before its agent is spawned: the row that it commits is the claim, and
 * ends only with the attempt. What it asks and what it writes cannot be parted by another runa.
 */
export function claimAttempt(store: Store, claim: Claim): ClaimResult {
  const { connection } = store;
  const { protocol, workUnit } = claim;
  prepareContents(store, claim.contents);
  return connection.writeUnsynced(() => {
    const by = obstacleAmong(openAttempts(connection), claim.exclusion);
    if (by !== null) return { kind: "obstructed", by };
    const last = lastAttemptOf(connection, protocol, workUnit);
    if ((last?.id ?? null) !== claim.lastAttempt) return { kind: "outdated" };
    if (claim.lastOutcome !== undefined && last?.outcome !== claim.lastOutcome) return { kind: "outdated" };
    if (claim.lastDecision !== undefined && lastDecision(connection) !== claim.lastDecision)
      return { kind: "outdated" };
    keepContents(store, claim.contents);
    const started = nextMoment(connection);
    const startedAt = wallTime();
    insertAttempt(connection, claim, { started, startedAt });
    recordGiven(connection, claim);
    const { id: attempt, reopened, circumstances } = claim;
    if (circumstances !== undefined) appendMethodology(connection, circumstances.methodology);
    append(connection, { kind: "claimed", attempt, body: claimBody(claim, started) }, startedAt);
    if (reopened !== null)
      append(connection, { kind: "reopened", attempt, body: { ...candidateBody(claim), ...reopened } });
    return { kind: "claimed", started };
  });
}

function claimBody(claim: Claim, moment: Moment): EventBodies["claimed"] {
  const { methodology: _, ...told } = claim.circumstances ?? {};
  return {
    ...candidateBody(claim),
    owner: ownerBody(claim.owner),
    agent: claim.argv,
    ...told,
    ...(claim.actor && { actor: claim.actor }),
    moment,
    ...(claim.run !== undefined && { run: claim.run }),
    fingerprint: claim.fingerprint,
    instructions_hash: claim.instructionsHash,
    inputs: claim.inputs.map(({ type, id, contentHash }) => [type, id, contentHash] as const),
  };
}

/** Notes the agent's process, right after it was spawned. */
export function recordAgent(store: Store, attempt: NamedAttempt, agent: ProcessIdentity): void {
  store.connection.writeUnsynced(() => {
    setAgent(store.connection, attempt.id, agent);
    append(store.connection, {
      kind: "attempt_started",
      attempt: attempt.id,
      body: { ...candidateBody(attempt), pid: agent.pid },
    });
  });
}

/** An attempt and the candidate that it executes. */
export type NamedAttempt = Pick<AttemptStart, "id" | "protocol" | "workUnit">;

function ownerBody({ machine, pid }: Owner) {
  return { pid, ...(machine !== null && { machine }) };
}

/**
 * Makes `to` the owner of an attempt whose owner is gone, if nobody else did so first.
 * @returns whether it is now the owner
 */
export function adoptAttempt(store: Store, attempt: OpenAttempt, to: Owner, { actor }: Decided = {}): boolean {
  return store.connection.write(() => {
    if (!changeOwner(store.connection, attempt.id, attempt.owner, to)) return false;
    append(store.connection, {
      kind: "claimed",
      attempt: attempt.id,
      body: {
        ...candidateBody(attempt),
        owner: ownerBody(to),
        adopted: true,
        ...(actor !== undefined && { actor }),
      },
    });
    return true;
  });
}

/**
 * Frees a candidate by hand: ends its attempt as `abandoned`, whoever owns it.
 * @param outputsAfter digest of the owed outputs that lie there
 * @param records see `AttemptResult`
 * @returns whether it was open
 */
export function releaseAttempt(
  store: Store,
  attempt: OpenAttempt,
  outputsAfter: string,
  records: readonly InstanceRef[] = [],
): boolean {
  return store.connection.write(() => {
    const { connection } = store;
    const at = nextMoment(connection);
    if (!endOpen(connection, attempt.id, { ...ABANDONED, outputsAfter }, at)) return false;
    putPendingRecords(connection, attempt.id, records);
    append(connection, {
      kind: "released",
      attempt: attempt.id,
      body: { ...candidateBody(attempt), owner: ownerBody(attempt.owner) },
    });
    logEnd(connection, attempt, { outcome: "abandoned", moment: at, outputs_after: outputsAfter });
    return true;
  });
}

/**
 * Closes an attempt for deliveries: a call of its server that comes later is refused. What was delivered until now is
 * all there will be, so a scan after this sees the attempt's whole result.
 */
export function fenceAttempt(store: Store, attempt: string): void {
  store.connection.writeUnsynced(() => fence(store.connection, attempt, nextMoment(store.connection)));
}

/** Attempts that have not ended; one whose owner is dead is among them. */
export function unendedAttempts(store: Store): OpenAttempt[] {
  return openAttempts(store.connection);
}

/** An attempt that has not ended; null for any other. */
export function unendedAttempt(store: Store, id: string): OpenAttempt | null {
  return findOpenAttempt(store.connection, id);
}

/** How far an attempt has come; null for one that this store does not know. */
export function progressOf(store: Store, attempt: string): AttemptProgress | null {
  return attemptProgress(store.connection, attempt);
}

/** How everything that an open attempt may read or write lay there before it started; null for one that has ended. */
export function beforeAttempt({ connection }: Store, attempt: string): InstanceBefore[] | null {
  return connection.read(() =>
    findOpenAttempt(connection, attempt) === null ? null : instancesBeforeAttempt(connection, attempt),
  );
}

/** What an attempt's server noted, what it delivered, the earliest first, and what it withdrew. */
export interface AttemptNotes extends ServerNotes {
  readonly deliveries: readonly DeliveryRow[];
  readonly withdrawn: readonly InstanceRef[];
}

export function attemptNotes({ connection }: Store, attempt: string): AttemptNotes {
  return {
    ...serverNotes(connection, attempt),
    deliveries: deliveriesOf(connection, attempt),
    withdrawn: withdrawalsOf(connection, attempt),
  };
}

/** What the ended attempts of a candidate delivered or confirmed, and up to its last success wrote. */
export function earlierDeliveries(
  { connection }: Store,
  { protocol, workUnit }: Pick<AttemptStart, "protocol" | "workUnit">,
): EarlierDelivery[] {
  return earlierDeliveriesOf(connection, protocol, workUnit);
}

/** Whether this content of an instance was delivered since then by another attempt or by hand. */
export function deliveredElsewhere(
  store: Store,
  instance: Pick<DeliveryRow, "type" | "id" | "contentHash">,
  since: Moment,
  attempt: string,
): boolean {
  return wasDeliveredElsewhere(store.connection, instance, since, attempt);
}

/** The end of an attempt, with what it delivered by file and what its success supersedes. */
export interface AttemptResult extends AttemptEnd {
  readonly started: Moment;
  /** Who ends it; an attempt that has become another's, or was released, is left as it is. */
  readonly owner: Owner;
  readonly byFile: readonly Pick<Instance, "type" | "id" | "contentHash" | "workUnit">[];
  /** Everything that counts as delivered, by tool or by file. */
  readonly delivered: readonly InstanceRef[];
  readonly superseded: readonly InstanceRef[];
  /** Which instances of audit types are records of this attempt, or may be of the one before: they are brought up to date. */
  readonly records?: readonly InstanceRef[];
  /** The contents of what it delivered by file. */
  readonly contents: readonly Content[];
  /** What the log tells of the outcome: names, codes and hashes, nothing of any content. */
  readonly logged: EndFacts;
}

/**
 * Ends an attempt in one transaction: outcome, what it delivered by file, what is to be superseded, the log's line. The
 * files move only after this is committed: a crash before it leaves an attempt that has not ended, a crash after it a
 * list to work off.
 * @returns whether it was still this owner's to end
 */
export function endAttempt(store: Store, attempt: NamedAttempt, result: AttemptResult): boolean {
  const { connection } = store;
  const { id: own } = attempt;
  prepareContents(store, result.contents);
  return connection.write(() => {
    const at = nextMoment(connection);
    if (!endOpen(connection, own, result, at, result.owner)) return false;
    keepContents(store, result.contents);
    for (const { type, id, contentHash, workUnit } of result.byFile)
      recordDelivery(connection, { attempt: own, type, id, contentHash, workUnit, at, via: "file" });
    if (result.outcome === "delivered") {
      for (const { type, id } of result.delivered) markDelivered(connection, type, id, result.started);
      for (const { type, id } of result.superseded)
        putPending(connection, { kind: "supersede", attempt: own, type, id });
    }
    putPendingRecords(connection, own, result.records ?? []);
    const named = ({ type, id }: InstanceRef) => ({ artifact_type: type, instance_id: id });
    logEnd(connection, attempt, {
      outcome: result.outcome,
      moment: at,
      outputs_after: result.outputsAfter,
      ...(result.seen !== null && { seen: result.seen }),
      ...(result.outcome === "delivered" && {
        vouched: result.delivered.map(named),
        superseded: result.superseded.map(named),
      }),
      ...(result.detail.retry === true && { retry: true }),
      ...result.logged,
      delivered: deliveriesOf(connection, own).map(({ type, id, contentHash, via }) => ({
        artifact_type: type,
        instance_id: id,
        content_hash: contentHash,
        via,
      })),
      ...(result.usage !== null && { usage: result.usage }),
    });
    return true;
  });
}

/**
 * Ends an attempt of one's own whose agent could not be started because of runa's surroundings, such as a full disk.
 * @param errno what the system said
 * @param records see `AttemptResult`
 */
export function endUnstarted(
  store: Store,
  attempt: NamedAttempt,
  errno: string,
  records: readonly InstanceRef[] = [],
): void {
  endUnjudged(store, attempt, "not_started", { errno }, records);
}

/**
 * Ends an attempt of which nothing can be judged.
 * @param records see `AttemptResult`
 */
export function abandonAttempt(store: Store, attempt: NamedAttempt, records: readonly InstanceRef[] = []): void {
  endUnjudged(store, attempt, "abandoned", {}, records);
}

function endUnjudged(
  store: Store,
  attempt: NamedAttempt,
  outcome: OutcomeId,
  detail: EndFacts,
  records: readonly InstanceRef[],
): void {
  const { connection } = store;
  connection.write(() => {
    const at = nextMoment(connection);
    if (!endOpen(connection, attempt.id, { ...ABANDONED, outcome, detail }, at)) return;
    putPendingRecords(connection, attempt.id, records);
    logEnd(connection, attempt, { outcome, moment: at, outputs_after: ABANDONED.outputsAfter, ...detail });
  });
}

/** As `endAttemptRow`; how things lay before it is asked no more. */
function endOpen(...[connection, id, ...end]: Parameters<typeof endAttemptRow>): boolean {
  if (!endAttemptRow(connection, id, ...end)) return false;
  forgetBefore(connection, id);
  return true;
}

const ABANDONED: AttemptEnd = { outcome: "abandoned", detail: {}, seen: null, outputsAfter: "", usage: null };

function logEnd(
  connection: Connection,
  attempt: NamedAttempt,
  how: Omit<EventBodies["attempt_ended"], "protocol" | "work_unit" | "duration_ms">,
): void {
  const at = wallTime();
  // The clock may have been put back meanwhile.
  const duration_ms = Math.max(0, Math.round((at - startOf(connection, attempt.id)) / 1000));
  const body = { ...candidateBody(attempt), ...how, duration_ms };
  append(connection, { kind: "attempt_ended", attempt: attempt.id, body }, at);
}

/** The work units for which there was an attempt. */
export function attemptedUnits({ connection }: Store): ReadonlySet<WorkUnit> {
  return workedUnits(connection);
}

/** Removes the half-written files of writers that died; under the writers' lock, so none is at work. */
export function removeLitter(store: Store, workspace: string, types: Iterable<string>): void {
  removeProbes(workspace);
  const littered = [...types].map((type) => join(workspace, type)).filter(holdsUnfinished);
  if (littered.length > 0) store.connection.write(() => littered.forEach(removeUnfinished));
}
