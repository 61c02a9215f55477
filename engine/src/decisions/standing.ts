import type { ContentHash } from "@runa/store";
import type { ApprovalType } from "../methodology/decision-types.ts";
import { type Deciders, type Decision, isEntitled, isKnown } from "./decision.ts";

/** The decisions that stand on one instance. */
export interface Standing {
  readonly approvals: readonly Decision[];
  /** Also those whose file has gone or was changed: who takes a file away does not withdraw what it says. */
  readonly rejections: readonly Decision[];
  /** Revocations that nothing has replaced. */
  readonly revocations: readonly Decision[];
}

const NONE: readonly Decision[] = [];

export const NOTHING_STANDS: Standing = { approvals: NONE, rejections: NONE, revocations: NONE };

/**
 * Which of the decisions on one instance stand (decisions.md section 2): those on the content that it has, where nothing newer
 * is about another content, and of each person what they decided last. A rejection or a revocation replaces everything that
 * they had decided on it; an approval only their rejection and their older one by the same type.
 * @param decisions all decisions on the instance, the earliest first
 * @param content what it holds today
 * @param approvals the approval types of its type: who is entitled by one may override somebody who may decide no longer
 */
export function standingOn(
  decisions: readonly Decision[],
  content: ContentHash,
  approvals: readonly ApprovalType[],
  deciders: Deciders,
): Standing {
  const told = standingBy(decisions, content, approvals, deciders);
  if (decisions.every(({ attested }) => attested)) return told;
  // What only claims to be a decision takes approvals away, and withdraws nothing that was said against the work.
  const against = decisions.filter(
    ({ attested, verdict, subject }) => attested || (verdict === "rejected" && subject.contentHash === content),
  );
  return { ...told, rejections: standingBy(against, content, approvals, deciders).rejections };
}

function standingBy(
  decisions: readonly Decision[],
  content: ContentHash,
  approvals: readonly ApprovalType[],
  deciders: Deciders,
): Standing {
  if (decisions.at(-1)?.subject.contentHash !== content) return NOTHING_STANDS;
  if (decisions.length === 1) return sorted(decisions);
  const first = decisions.findLastIndex(({ subject }) => subject.contentHash !== content) + 1;
  const ofContent = decisions.slice(first);
  const people = new Map<string, Person>();
  for (const decision of ofContent) {
    const person = people.get(decision.by) ?? new Person();
    people.set(decision.by, person);
    person.decides(decision);
  }
  const standing = [...people.values()].flatMap((person) => person.standing);
  const overridden = ofContent.findLastIndex((decision) => mayOverride(decision, approvals, deciders));
  return sorted(
    standing.filter(
      (one) => one.verdict !== "rejected" || isKnown(deciders, one.by) || ofContent.indexOf(one) > overridden,
    ),
  );
}

function sorted(decisions: readonly Decision[]): Standing {
  return {
    approvals: those(decisions, ({ verdict, attested, valid }) => verdict === "approved" && attested && valid),
    rejections: those(decisions, ({ verdict }) => verdict === "rejected"),
    revocations: those(decisions, ({ verdict }) => verdict === "revoked"),
  };
}

/** Some of a list; mostly that is all or none of it, and of thousands no other lists are made then. */
function those(decisions: readonly Decision[], choose: (decision: Decision) => boolean): readonly Decision[] {
  if (decisions.every(choose)) return decisions;
  return decisions.some(choose) ? decisions.filter(choose) : NONE;
}

/** What one person has decided on one content. */
class Person {
  readonly #approvals = new Map<string, Decision>();
  #other: Decision | null = null;

  decides(decision: Decision): void {
    if (decision.verdict === "approved") {
      if (decision.attested) this.#other = null;
      this.#approvals.set(decision.type, decision);
    } else {
      this.#approvals.clear();
      this.#other = decision;
    }
  }

  get standing(): Decision[] {
    return [...this.#approvals.values(), ...(this.#other === null ? [] : [this.#other])];
  }
}

function mayOverride(decision: Decision, approvals: readonly ApprovalType[], deciders: Deciders): boolean {
  const { verdict, attested, type, by } = decision;
  if (verdict !== "approved") return attested && isKnown(deciders, by);
  const annotation = approvals.find(({ name }) => name === type)?.annotation;
  return attested && annotation !== undefined && isEntitled(decision, annotation, deciders);
}

/** The approvals by one type that count towards its `min`, of each person one. */
export function entitledApprovals(
  { approvals }: Standing,
  { name, annotation }: ApprovalType,
  deciders: Deciders,
): readonly Decision[] {
  return those(approvals, (one) => one.type === name && isEntitled(one, annotation, deciders));
}
