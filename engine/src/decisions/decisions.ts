import type { ContentHash, Instance, InstanceId, Instances, Moment } from "@runa/store";
import type { InstanceState } from "@runa/store/attempts";
import type { LoggedDecision } from "@runa/store/log";
import { type DecisionAnnotation, isDecision } from "../methodology/annotation.ts";
import { type ApprovalType, type DecisionTypes, decisionTypesOf } from "../methodology/decision-types.ts";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import { type Methodology, readTypesOf } from "../methodology/methodology.ts";
import { addTo, ByInstance } from "./by-instance.ts";
import { type Deciders, type Decision, inOrder } from "./decision.ts";
import { approvedList, countingList, type Gate, gatesOf, type ListName, recordsOfOthers } from "./gates.ts";
import type { Signatures } from "./signatures.ts";
import { entitledApprovals, NOTHING_STANDS, type Standing, standingOn } from "./standing.ts";

/** What an instance has of one approval type. */
export interface ApprovalState {
  readonly type: ApprovalType;
  /** The approvals that count towards its `min`, each by another person. */
  readonly approvals: readonly Decision[];
  /** Whether there are enough, and no rejection stands. */
  readonly isApproved: boolean;
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
  /** It is an approval that counts, as its subject is approved, or a rejection that stands. */
  | { readonly kind: "counts" }
  /** It stands: an approval of what is not approved, or a revocation that nothing has replaced. */
  | { readonly kind: "stands" }
  /** Its subject has changed or gone, or something newer has replaced it. */
  | { readonly kind: "stale" }
  /** Nobody made it, or not so. */
  | { readonly kind: "refused"; readonly why: string };

// Thousands of files come to one of these.
const COUNTS: FileState = { kind: "counts" };
const STANDS: FileState = { kind: "stands" };
const STALE: FileState = { kind: "stale" };

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
  /** The decisions on each subject that the log tells of. */
  readonly #logged = new ByInstance<LoggedDecision[]>();
  /** What the log tells of each file. No two decisions have one id. */
  readonly #files = new ByInstance<LoggedDecision>();
  readonly #rows = new Map<string, ReadonlyMap<InstanceId, Instance>>();
  readonly #states = new ByInstance<SubjectState>();
  readonly #nothing = new Map<string, SubjectState>();
  #foreign: ByInstance<Decision[]> | undefined;

  constructor(on: DecidedOn) {
    this.#on = on;
    this.types = decisionTypesOf(on.methodology);
    this.#gates = gatesOf(on.methodology);
    for (const decision of on.logged) {
      if (!this.#fits(decision)) continue;
      addTo(this.#logged, decision.subject, decision);
      this.#files.set(decision.type, decision.id, decision);
    }
  }

  /** Of which types a protocol sees only what is approved, and for what. */
  gateOf(protocol: string): Gate | undefined {
    return this.#gates.get(protocol);
  }

  /** Whether it depends on what people decide if a protocol is READY, and what it is given: it names a decision type. */
  concern(protocol: ProtocolDeclaration): boolean {
    return [...readTypesOf(protocol), ...protocol.accepts].some((type) => this.types.subjectOf(type) !== undefined);
  }

  /** What a protocol sees of a type, in place of all that lies there. */
  listFor(protocol: string, type: string): ListName {
    switch (this.#on.methodology.types.get(type)?.annotation?.kind) {
      case "approval":
        return approvedList(type);
      case "rejection":
        return countingList(type);
      case "audit":
        return recordsOfOthers(type, protocol);
      case undefined:
        return this.#gates.get(protocol)?.listOf(type) ?? type;
    }
  }

  /** What was decided on an instance, which is named or one of the snapshot's own. */
  of(subject: Pick<Instance, "type" | "id"> | Instance): SubjectState {
    const { type, id } = subject;
    const known = this.#states.get(type, id);
    if (known !== undefined) return known;
    const instance = "status" in subject ? subject : this.#row(type, id);
    const made = instance?.status === "valid" ? this.history(instance) : [];
    // Of thousands of instances on which nobody has decided nothing else is to be known.
    if (made.length === 0) return this.#undecided(type);
    return this.#states.set(type, id, this.#stateOf(type, instance?.contentHash, made));
  }

  #undecided(type: string): SubjectState {
    let state = this.#nothing.get(type);
    if (state === undefined) {
      state = this.#stateOf(type, undefined, []);
      this.#nothing.set(type, state);
    }
    return state;
  }

  /** Whether an instance is approved for each of these types. */
  isApproved(subject: Instance, approvalTypes: readonly string[]): boolean {
    return approvalTypes.every((name) => this.approvalState(subject, name)?.isApproved === true);
  }

  /** Every decision on an instance, on whatever content, the earliest first. */
  history({ type, id }: Pick<Instance, "type" | "id">): readonly Decision[] {
    const logged = this.#logged.get(type, id)?.map((decision) => this.#asMade(decision)) ?? NONE;
    const others = this.#signedElsewhere()?.get(type, id);
    return others === undefined ? logged : inOrder(logged, others);
  }

  /** The files of the approvals by which an instance is approved; none where it is not. */
  approving(subject: Instance, approvalType: string): readonly Instance[] {
    const state = this.approvalState(subject, approvalType);
    return state?.isApproved === true ? state.approvals.flatMap((one) => this.fileOf(one) ?? []) : [];
  }

  /** What a valid instance has of an approval type. */
  approvalState(subject: Instance, approvalType: string): ApprovalState | undefined {
    if (subject.status !== "valid") return undefined;
    const { approvals } = this.of(subject);
    for (const state of approvals) if (state.type.name === approvalType) return state;
    return undefined;
  }

  /** What lies there in the place of a decision's file. */
  fileOf({ type, id }: Decision): Instance | undefined {
    return this.#row(type, id);
  }

  /** What the file of a decision comes to, apart from its schema. */
  stateOf(file: Instance): FileState {
    const logged = this.#loggedOf(file);
    const decision = logged ?? this.#foreignAt(file);
    if (typeof decision === "string") return { kind: "refused", why: decision };
    if (logged !== undefined && this.#on.policy.required && !this.#asMade(logged).attested)
      return { kind: "refused", why: this.#whyNotSigned(file, logged) };
    const { standing, approvals } = this.of(decision.subject);
    switch (decision.verdict) {
      case "approved": {
        if (!isAmong(standing.approvals, decision)) return STALE;
        const state = approvals.find((one) => one.type.name === file.type);
        return state?.isApproved === true && isAmong(state.approvals, decision) ? COUNTS : STANDS;
      }
      case "rejected":
        return isAmong(standing.rejections, decision) ? COUNTS : STALE;
      case "revoked":
        return isAmong(standing.revocations, decision) ? STANDS : STALE;
    }
  }

  /** The event that attests a file with its content. */
  #loggedOf({ type, id, contentHash }: Instance): LoggedDecision | undefined {
    const logged = this.#files.get(type, id);
    return logged?.contentHash === contentHash ? logged : undefined;
  }

  #stateOf(type: string, content: ContentHash | undefined, made: readonly Decision[]): SubjectState {
    const { policy } = this.#on;
    const approvalTypes = this.types.approvalsOf(type);
    const standing = content === undefined ? NOTHING_STANDS : standingOn(made, content, approvalTypes, policy);
    const isRejected = standing.rejections.length > 0;
    const approvals = approvalTypes.map((approvalType): ApprovalState => {
      const entitled = entitledApprovals(standing, approvalType, policy);
      const isApproved = !isRejected && entitled.length >= approvalType.annotation.min;
      return { type: approvalType, approvals: entitled, isApproved };
    });
    return { standing, approvals, isApproved: !isRejected && approvals.every((one) => one.isApproved) };
  }

  /** When there were as many approvals as it takes. */
  since({ type, approvals }: ApprovalState): Moment | null {
    const [first] = approvals;
    if (first !== undefined && approvals.length === 1 && type.annotation.min === 1)
      return this.fileOf(first)?.lastModified ?? null;
    const moments = approvals.map((one) => this.#row(one.type, one.id)?.lastModified ?? (0 as Moment));
    return moments.sort((a, b) => a - b)[type.annotation.min - 1] ?? null;
  }

  /** A decision that the log tells of, with what lies there of its file. */
  #asMade(logged: LoggedDecision): Decision {
    const file = this.#row(logged.type, logged.id);
    const isThere = file?.contentHash === logged.contentHash;
    const { type, id, contentHash, verdict, subject, workUnit, by, author, at } = logged;
    const attested =
      !this.#on.policy.required ||
      (file !== undefined && isThere && this.#on.signatures?.verify(file, logged).kind === "signed");
    const valid = isThere && file?.status === "valid";
    // Not by spreading, which takes longer than all the rest where there are thousands.
    return { type, id, contentHash, verdict, subject, workUnit, by, author, at, attested, valid };
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

  /** The decisions that came with a signature and without an event, by what they are about; null where nobody has a key. */
  #signedElsewhere(): ByInstance<Decision[]> | null {
    if (this.#on.signatures === null) return null;
    if (this.#foreign === undefined) {
      const found: Decision[] = [];
      for (const type of this.#decisionTypes())
        for (const file of this.#on.instances.get(type) ?? []) {
          if (this.#loggedOf(file) !== undefined) continue;
          const decision = this.#foreignAt(file);
          if (typeof decision !== "string") found.push(decision);
        }
      this.#foreign = new ByInstance();
      for (const decision of found.sort((a, b) => a.at - b.at)) addTo(this.#foreign, decision.subject, decision);
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

const NONE: readonly Decision[] = [];

export const NOT_ATTESTED = "not attested: decisions are made with runa approve";

function isAmong(decisions: readonly Decision[], { type, id, contentHash }: InstanceState): boolean {
  return decisions.some((one) => one.type === type && one.id === id && one.contentHash === contentHash);
}
