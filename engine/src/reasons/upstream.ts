import type { ContentHash, InstanceId, Store } from "@runa/store";
import { type AttemptFacts, attemptFacts, changesOf, claimOf, type LoggedChange } from "@runa/store/deliveries";
import { readEvents } from "@runa/store/log";
import type { Decisions } from "../decisions/decisions.ts";
import { approvedIn, changedBy, inputsOf, namedAttempt } from "./changes.ts";
import { type ChangedBy, type Reason, type ReasonNode, reasonNode } from "./reason.ts";
import { reopeningReasons } from "./reopening.ts";

/** So many attempts one after the other are followed back. */
const FARTHEST = 50;

/** Follows changes back to what they came from: the attempts that made them, why these were made, and so on to a person. */
export class Upstream {
  readonly #store: Store;
  readonly #decisions: Decisions | undefined;
  readonly #followed = new Set<string>();

  /** @param decisions absent where nobody decides */
  constructor(store: Store, decisions: Decisions | undefined) {
    this.#store = store;
    this.#decisions = decisions;
  }

  /** A reason with what brought it about, where an attempt did. Each attempt is followed once. */
  node(reason: Reason): ReasonNode {
    const origin = "origin" in reason ? reason.origin : undefined;
    if (origin?.by !== "attempt") return reasonNode(reason);
    const made = this.#attempt(origin.attempt);
    return reasonNode(reason, made === null ? [] : [made]);
  }

  #attempt(id: string): ReasonNode | null {
    const facts = this.#followed.has(id) || this.#followed.size >= FARTHEST ? null : attemptFacts(this.#store, id);
    if (facts === null) return null;
    this.#followed.add(id);
    const { protocol, workUnit } = facts;
    return reasonNode(
      {
        kind: "attempt_made",
        protocol,
        ...(workUnit !== null && { work_unit: workUnit }),
        ...namedAttempt(facts),
      },
      this.#whyMade(facts).map((reason) => this.node(reason)),
    );
  }

  /** Why an attempt was made: what its claim told of, or else how its inputs differ from those of the success before it. */
  #whyMade(facts: AttemptFacts): Reason[] {
    if (facts.successBefore === null) return [{ kind: "first_attempt" }];
    const before = attemptFacts(this.#store, facts.successBefore);
    if (before === null) return [];
    const [reopened] = readEvents(this.#store, { attempt: facts.id, kind: "reopened", limit: 1 });
    const told = reopened?.known && reopened.kind === "reopened" ? reopeningReasons(reopened.body) : [];
    return told.length > 0 ? told : this.#differences(before, facts);
  }

  #differences(before: AttemptFacts, after: AttemptFacts): Reason[] {
    const since = namedAttempt(before);
    const claim = claimOf(this.#store, after.id) ?? Number.POSITIVE_INFINITY;
    const types = new Set([...before.inputs, ...after.inputs].map(({ type }) => type));
    return [...types].flatMap((type) => {
      const approved = this.#decisions?.types.approvedBy(type);
      const about = { artifact_type: approved ?? type, ...(approved !== undefined && { approval_type: type }) };
      const then = this.#given(before, type);
      for (const own of before.delivered) if (own.type === type) then.set(own.id, own.contentHash);
      const now = this.#given(after, type);
      const changes = changesOf(this.#store, about.artifact_type).filter(({ seq }) => seq < claim);
      const changed = [...now].flatMap(([id, to]): Reason[] => {
        const from = then.get(id);
        if (from === to) return [];
        const origin = this.#madeBy(changes, id, to);
        const change = from === undefined ? ({ change: "new" } as const) : ({ change: "modified", from } as const);
        return [{ kind: "input_changed", ...about, instance_id: id, ...change, to, origin, since }];
      });
      const removed = [...then].flatMap(([id, from]): Reason[] =>
        now.has(id)
          ? []
          : [
              {
                kind: "input_changed",
                ...about,
                instance_id: id,
                change: approved === undefined ? "removed" : "unapproved",
                from,
                origin: this.#madeBy(changes, id, null),
                since,
              },
            ],
      );
      return [...changed, ...removed];
    });
  }

  /** What an attempt was given of a type; of an approval type, what is approved by that. */
  #given(facts: AttemptFacts, type: string): Map<InstanceId, ContentHash> {
    const files = inputsOf(facts, type);
    if (this.#decisions?.types.approvedBy(type) === undefined) return files;
    return approvedIn(this.#decisions, type, files);
  }

  /** Who made that content of an instance, or took it away, as these changes tell. */
  #madeBy(changes: readonly LoggedChange[], id: InstanceId, hash: ContentHash | null): ChangedBy {
    const change = changes.findLast(
      (one) => one.id === id && (hash === null ? one.isGone : !one.isGone && one.contentHash === hash),
    );
    return changedBy(this.#store, change);
  }
}
