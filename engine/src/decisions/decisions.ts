import type { Instance, InstanceId, Instances, Moment } from "@runa/store";
import type { LoggedDecision } from "@runa/store/log";
import { type DecisionAnnotation, isDecision } from "../methodology/annotation.ts";
import { type ApprovalType, type DecisionTypes, decisionTypesOf } from "../methodology/decision-types.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { type Deciders, type Decision, inOrder } from "./decision.ts";
import { approvedList, countingList, type Gate, gatesOf, type ListName } from "./gates.ts";
import type { Signatures } from "./signatures.ts";
import { entitledApprovals, NOTHING_STANDS, type Standing, standingOn } from "./standing.ts";

/** What an instance has of one approval type. */
export interface ApprovalState {
  readonly type: ApprovalType;
  /** The approvals that count towards its `min`, each by another person. */
  readonly approvals: readonly Decision[];
  /** Whether there are enough, and no rejection stands. */
  readonly isApproved: boolean;
  /** When there were enough of them; null where there are not. */
  readonly since: Moment | null;
}

/** What was decided on an instance. */
export interface SubjectState {
  readonly standing: Standing;
  /** In the manifest's order of the approval types. */
  readonly approvals: readonly ApprovalState[];
  /** Whether it is approved for every approval type of its type. */
  readonly isApproved: boolean;
}

/** What a decision's file comes to. */
export type FileState =
  /** It stands: an approval, a rejection, or a revocation that nothing has replaced. */
  | { readonly kind: "stands"; readonly decision: Decision }
  /** Its subject has changed or gone, or something newer has replaced it. */
  | { readonly kind: "stale"; readonly decision: Decision }
  /** Nobody made it, or not so. */
  | { readonly kind: "refused"; readonly why: string };

/** What a project has in which people decide. */
export interface DecidedOn {
  readonly methodology: Methodology;
  /** As they were read, before anything was decided. */
  readonly instances: Instances;
  readonly logged: readonly LoggedDecision[];
  readonly policy: Deciders & { readonly required: boolean };
  /** Null where nobody has a key. */
  readonly signatures: Signatures | null;
}

/**
 * All decisions on the instances of one snapshot. Everything is worked out when it is first asked for: where signatures count,
 * only what is asked for is verified.
 */
export class Decisions {
  /** The decision types of the methodology. */
  readonly types: DecisionTypes;
  readonly #gates: ReadonlyMap<string, Gate>;
  readonly #on: DecidedOn;
  /** The decisions on each subject that the log tells of, by `keyOf`. */
  readonly #logged = new Map<string, LoggedDecision[]>();
  /** What the log tells of each file, by `keyOf`: the newest of each content. */
  readonly #files = new Map<string, LoggedDecision[]>();
  readonly #rows = new Map<string, ReadonlyMap<InstanceId, Instance>>();
  readonly #states = new Map<string, SubjectState>();
  #foreign: ReadonlyMap<string, readonly Decision[]> | undefined;

  constructor(on: DecidedOn) {
    this.#on = on;
    this.types = decisionTypesOf(on.methodology);
    this.#gates = gatesOf(on.methodology);
    for (const decision of on.logged) {
      if (!this.#fits(decision)) continue;
      push(this.#logged, keyOf(decision.subject), decision);
      push(this.#files, keyOf(decision), decision);
    }
  }

  /** Of which types a protocol sees only what is approved, and for what. */
  gateOf(protocol: string): Gate | undefined {
    return this.#gates.get(protocol);
  }

  /** What a protocol sees of a type, in place of all that lies there. */
  listFor(protocol: string, type: string): ListName {
    switch (this.#annotationOf(type)?.kind) {
      case "approval":
        return approvedList(type);
      case "rejection":
        return countingList(type);
      case undefined:
        return this.#gates.get(protocol)?.listOf(type) ?? type;
    }
  }

  /** What was decided on an instance as it lies there. */
  of(subject: Pick<Instance, "type" | "id">): SubjectState {
    const key = keyOf(subject);
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.#stateOf(subject);
      this.#states.set(key, state);
    }
    return state;
  }

  /** Whether an instance is approved for each of these types. */
  isApproved(subject: Instance, approvalTypes: readonly string[]): boolean {
    if (subject.status !== "valid") return false;
    const { approvals } = this.of(subject);
    return approvalTypes.every((name) => approvals.find(({ type }) => type.name === name)?.isApproved === true);
  }

  /** Every decision on an instance, on whatever content, the earliest first. */
  history(subject: Pick<Instance, "type" | "id">): Decision[] {
    const key = keyOf(subject);
    const logged = (this.#logged.get(key) ?? []).map((decision) => this.#asMade(decision));
    return inOrder(logged, this.#signedElsewhere().get(key) ?? []);
  }

  /** What lies there in the place of a decision's file. */
  fileOf({ type, id }: Decision): Instance | undefined {
    return this.#row(type, id);
  }

  /** What the file of a decision comes to, apart from its schema. */
  stateOf(file: Instance): FileState {
    const { type, contentHash } = file;
    const logged = this.#files.get(keyOf(file))?.findLast((one) => one.contentHash === contentHash);
    const annotation = this.#annotationOf(type);
    if (annotation === null) return { kind: "refused", why: NOT_ATTESTED };
    const decision = logged === undefined ? this.#foreignAt(file) : this.#asMade(logged);
    if (typeof decision === "string") return { kind: "refused", why: decision };
    if (logged !== undefined && !decision.attested) return { kind: "refused", why: this.#whyNotSigned(file, logged) };
    const { approvals, rejections, revocations } = this.of(decision.subject).standing;
    const stands = [...approvals, ...rejections, ...revocations].some((one) => isSame(one, decision));
    return { kind: stands ? "stands" : "stale", decision };
  }

  /** Whether an approval counts: it stands, and its subject is approved. */
  counts(decision: Decision): boolean {
    const { approvals } = this.of(decision.subject);
    const state = approvals.find(({ type }) => type.name === decision.type);
    return state?.isApproved === true && state.approvals.some((one) => isSame(one, decision));
  }

  #stateOf({ type, id }: Pick<Instance, "type" | "id">): SubjectState {
    const { policy } = this.#on;
    const approvalTypes = this.types.approvalsOf(type);
    const subject = this.#row(type, id);
    const standing =
      subject?.status === "valid"
        ? standingOn(this.history(subject), subject.contentHash, approvalTypes, policy)
        : NOTHING_STANDS;
    const approvals = approvalTypes.map((approvalType): ApprovalState => {
      const { min } = approvalType.annotation;
      const made = entitledApprovals(standing, approvalType, policy);
      const isApproved = made.length >= min && standing.rejections.length === 0;
      const moments = made.map((one) => this.#row(one.type, one.id)?.lastModified ?? (0 as Moment));
      const since = moments.sort((a, b) => a - b)[min - 1] ?? null;
      return { type: approvalType, approvals: made, isApproved, since };
    });
    return {
      standing,
      approvals,
      isApproved: approvals.every((one) => one.isApproved) && standing.rejections.length === 0,
    };
  }

  /** A decision that the log tells of, with what lies there of its file. */
  #asMade(logged: LoggedDecision): Decision {
    const file = this.#row(logged.type, logged.id);
    const isThere = file?.contentHash === logged.contentHash;
    const { seq: _seq, key: _key, ...decision } = logged;
    const attested =
      !this.#on.policy.required ||
      (file !== undefined && isThere && this.#on.signatures?.verify(file, logged).kind === "signed");
    return { ...decision, attested, valid: isThere && file?.status === "valid" };
  }

  #whyNotSigned(file: Instance, logged: LoggedDecision): string {
    const verdict = this.#on.signatures?.verify(file, logged);
    return verdict === undefined || verdict.kind === "signed" ? NOT_ATTESTED : `not attested: ${verdict.text}`;
  }

  /** Whether a decision is one of those that its type is for. */
  #fits({ type, verdict, subject }: Pick<Decision, "type" | "verdict" | "subject">): boolean {
    const annotation = this.#annotationOf(type);
    if (annotation === null || annotation.of !== subject.type) return false;
    return verdict === "revoked" || verdict === (annotation.kind === "approval" ? "approved" : "rejected");
  }

  #annotationOf(type: string): DecisionAnnotation | null {
    const annotation = this.#on.methodology.types.get(type)?.annotation ?? null;
    return isDecision(annotation) ? annotation : null;
  }

  /** A decision that only its signature attests; why it is none, where it is not. */
  #foreignAt(file: Instance): Decision | string {
    const { signatures } = this.#on;
    if (signatures === null) return NOT_ATTESTED;
    const read = signatures.read(file);
    if (typeof read === "string") return read;
    const subject = this.#row(read.subject.type, read.subject.id);
    if (!this.#fits(read)) return `not attested: it is no decision that ${file.type} is for`;
    // Of a subject that has changed since it is not known any more.
    const isUnchanged = subject?.contentHash === read.subject.contentHash;
    if (isUnchanged && read.workUnit !== subject.workUnit) return "not attested: it names another work unit";
    return { ...read, valid: file.status === "valid" };
  }

  /** The decisions that came with a signature and without an event, by what they are about. */
  #signedElsewhere(): ReadonlyMap<string, readonly Decision[]> {
    if (this.#foreign === undefined) {
      const found = new Map<string, Decision[]>();
      if (this.#on.signatures !== null)
        for (const type of this.#decisionTypes())
          for (const file of this.#on.instances.get(type) ?? []) {
            if (this.#files.get(keyOf(file))?.some((one) => one.contentHash === file.contentHash) === true) continue;
            const decision = this.#foreignAt(file);
            if (typeof decision !== "string") push(found, keyOf(decision.subject), decision);
          }
      this.#foreign = new Map(Array.from(found, ([key, made]) => [key, made.sort((a, b) => a.at - b.at)]));
    }
    return this.#foreign;
  }

  *#decisionTypes(): Iterable<string> {
    for (const { name, annotation } of this.#on.methodology.types.values()) if (isDecision(annotation)) yield name;
  }

  #row(type: string, id: InstanceId): Instance | undefined {
    let rows = this.#rows.get(type);
    if (rows === undefined) {
      rows = new Map((this.#on.instances.get(type) ?? []).map((instance) => [instance.id, instance]));
      this.#rows.set(type, rows);
    }
    return rows.get(id);
  }
}

export const NOT_ATTESTED = "not attested: decisions are made with runa approve";

function keyOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`;
}

function isSame(one: Decision, other: Decision): boolean {
  return one.type === other.type && one.id === other.id && one.contentHash === other.contentHash;
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
