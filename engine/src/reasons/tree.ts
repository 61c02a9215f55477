import type { Instance } from "@runa/store";
import { redelivered } from "@runa/store/deliveries";
import {
  type EvaluatedCandidate,
  obstaclesOf,
  type PreconditionFailure,
  type WaitCondition,
} from "../evaluate/evaluate.ts";
import type { ProtocolView } from "../evaluate/scope-view.ts";
import { TriggerEvaluation } from "../evaluate/trigger.ts";
import { outputTypesOf } from "../methodology/methodology.ts";
import { type Primitive, type Trigger, triggerText } from "../methodology/trigger.ts";
import { otherwiseMade } from "../project/examine.ts";
import { notApproved } from "./approval.ts";
import { approvedBy, namedAttempt } from "./changes.ts";
import {
  brokenReasons,
  decidingReasons,
  named,
  otherwiseReason,
  relevantInputs,
  staleReasons,
  standingReasons,
  waitReason,
  writtenInstance,
} from "./deciding.ts";
import type { Explained } from "./explained.ts";
import { Makers } from "./makers.ts";
import { type NamedInstance, type Reason, type ReasonNode, reasonNode } from "./reason.ts";
import { Upstream } from "./upstream.ts";

/** So many inputs at most are asked whether they were delivered again. */
const ASKED = 200;

/** Everything that is to be said of where a candidate stands, in parts that each have a question. */
export interface ReasonTree {
  /** What calls for the work, and whether it does. */
  readonly trigger: ReasonNode;
  /** What it has to be given. */
  readonly requires: readonly ReasonNode[];
  readonly accepts: readonly ReasonNode[];
  /** Whether its outputs do, and why not. */
  readonly outputs: readonly ReasonNode[];
  /** What else keeps it: that it is executed now, or takes part in a cycle. */
  readonly kept: readonly ReasonNode[];
  /** What it owes, so that `run` ends with 3. */
  readonly owed: ReasonNode;
}

/** The whole reasoning about one candidate. */
export function reasonTree(explained: Explained, candidate: EvaluatedCandidate): ReasonTree {
  const about = new About(explained, candidate);
  return {
    trigger: about.trigger(candidate.protocol.trigger),
    requires: candidate.protocol.requires.map((type) => about.required(type)),
    accepts: candidate.protocol.accepts.map((type) => about.accepted(type)),
    outputs: about.outputs(),
    kept: about.kept(),
    owed: about.owed(),
  };
}

/** One candidate and what is known around it. */
class About {
  readonly #explained: Explained;
  readonly #candidate: EvaluatedCandidate;
  readonly #view: ProtocolView;
  readonly #triggers: TriggerEvaluation;
  readonly #failures: readonly PreconditionFailure[];
  readonly #makers: Makers;
  readonly #upstream: Upstream;

  constructor(explained: Explained, candidate: EvaluatedCandidate) {
    const { evaluation, project } = explained;
    this.#explained = explained;
    this.#candidate = candidate;
    this.#view = evaluation.view.as(candidate.protocol);
    this.#triggers = new TriggerEvaluation(this.#view, candidate.outputs, candidate.feedback);
    this.#failures = obstaclesOf(evaluation, candidate.protocol);
    this.#makers = new Makers(explained, candidate.protocol);
    this.#upstream = new Upstream(project.store, evaluation.view.snapshot.decisions);
  }

  trigger(trigger: Trigger): ReasonNode {
    const condition = triggerText(trigger);
    if ("name" in trigger) return this.#primitive(trigger, condition);
    if (trigger.conditions.length === 0 && trigger.type === "any_of")
      return reasonNode(this.#waits({ kind: "never", trigger }));
    return reasonNode(
      { kind: "condition", condition, holds: this.#triggers.satisfied(trigger) },
      trigger.conditions.map((inner) => this.trigger(inner)),
    );
  }

  #primitive(primitive: Primitive, condition: string): ReasonNode {
    const { type, name } = primitive;
    const unread = this.#unread(name);
    if (this.#triggers.satisfied(primitive))
      return withReasons(
        { kind: "called_for", condition, artifact_type: name, by: this.#named(name, this.#callers(primitive)) },
        unread,
      );
    const { total } = this.#view.summary(name);
    const reason = this.#waits({
      kind: "trigger",
      primitive,
      absent: total === 0,
      unapproved: this.#view.unapproved(name),
    });
    if (type === "on_invalid" || (type === "on_change" && total > 0)) return withReasons(reason, unread);
    const makers = this.#view.unapproved(name) === null ? this.#makers.of(name) : [];
    return withReasons(reason, [...this.#doNotCount(name), ...unread, ...makers]);
  }

  #waits(condition: WaitCondition): Reason {
    return waitReason(this.#explained.evaluation.view, this.#candidate, condition);
  }

  /** The instances by which a primitive is satisfied. */
  #callers({ type, name }: Primitive) {
    switch (type) {
      case "on_artifact":
        return this.#view.valid(name);
      case "on_invalid":
        return this.#view.broken(name);
      case "on_change": {
        const { time } = this.#candidate.outputs;
        const said = this.#candidate.feedback.news({ type: name, which: "all" }).map(({ instance }) => instance);
        return this.#view
          .inScope(name)
          .filter((one) => time === null || one.lastModified > time.changed || said.includes(one));
      }
    }
  }

  required(type: string): ReasonNode {
    const lacks = this.#failures.filter((one) => one.namedBy === "requires" && one.artifactType === type);
    const unread = this.#unread(type);
    const around = [...this.#doNotCount(type), ...unread];
    const [first] = lacks;
    // Where the approval is required too, that is what is told of to be lacking.
    if (first === undefined && this.#view.unapproved(type) !== null)
      return withReasons(
        { kind: "lacks_input", artifact_type: type, named_by: "requires", why: "not_approved" },
        around,
      );
    if (first === undefined)
      return withReasons(
        { kind: "has_input", artifact_type: type, counts: this.#named(type, this.#view.valid(type)) },
        around,
      );
    return withReasons(
      { kind: "lacks_input", artifact_type: type, named_by: "requires", why: first.reason },
      first.reason === "scan_incomplete" || this.#view.unapproved(type) !== null
        ? around
        : [...around, ...this.#makers.of(type)],
    );
  }

  accepted(type: string): ReasonNode {
    const unread = this.#unread(type);
    const counts = unread.length > 0 ? [] : this.#named(type, this.#view.valid(type));
    return withReasons({ kind: "accepts_input", artifact_type: type, counts }, [...this.#doNotCount(type), ...unread]);
  }

  #unread(type: string): Reason[] {
    return this.#view
      .gaps(type)
      .map(({ path, reason }): Reason => ({ kind: "not_read", artifact_type: type, path, reason }));
  }

  /** Instances that count, as they are named: of an approval type, what is approved. */
  #named(type: string, instances: readonly Instance[]): NamedInstance[] {
    const approved = approvedBy(this.#view, type);
    return instances.map(({ id }) => named({ type: approved ?? type, id }));
  }

  /** The instances of a type that are there and do not count for this candidate. */
  #doNotCount(type: string): Reason[] {
    return [
      ...notApproved(this.#explained.evaluation, this.#view, type),
      ...brokenReasons(this.#view, type).map((one): Reason => ({ kind: "does_not_count", ...one })),
      ...this.#view
        .elsewhere(type)
        .flatMap((one): Reason[] =>
          one.workUnit === null ? [] : [{ kind: "other_work_unit", ...named(one), work_unit: one.workUnit }],
        ),
    ];
  }

  outputs(): ReasonNode[] {
    const { project, evaluation } = this.#explained;
    const { freshness } = this.#candidate;
    const { lastSuccess } = this.#view;
    const since = lastSuccess === undefined ? {} : { since: namedAttempt(lastSuccess) };
    const made = otherwiseMade(evaluation.view, this.#candidate);
    const otherwise = made === null ? [] : [reasonNode(otherwiseReason(made))];
    if (freshness.current)
      return [
        reasonNode(
          { kind: "current", by: freshness.by, ...since },
          [...this.#sameAsBefore(), ...this.#settled()].map((reason) => this.#upstream.node(reason)),
        ),
        ...otherwise,
      ];
    return [
      ...staleReasons(project.store, evaluation.view, this.#candidate).map((reason) => this.#upstream.node(reason)),
      ...otherwise,
    ];
  }

  /** The inputs that others delivered again since the last success and that are what they were: there a wave stopped. */
  #sameAsBefore(): Reason[] {
    const { store } = this.#explained.project;
    const { lastSuccess } = this.#view;
    if (lastSuccess === undefined) return [];
    return relevantInputs(this.#view, this.#candidate)
      .flatMap(({ type }) => this.#view.valid(type))
      .filter(({ lastModified }) => lastModified < lastSuccess.ended)
      .slice(0, ASKED)
      .flatMap((instance): Reason[] =>
        redelivered(store, instance, lastSuccess.ended) === null
          ? []
          : [{ kind: "same_as_before", ...writtenInstance(store, instance) }],
      );
  }

  #settled(): Reason[] {
    return this.#candidate.outputs.settled.map(({ group, member }) => ({
      kind: "choice_settled",
      choice: group,
      member,
    }));
  }

  kept(): ReasonNode[] {
    const { attempt, cycle } = this.#candidate;
    return [
      ...(attempt === null ? [] : [reasonNode({ kind: "running", ...namedAttempt(attempt) })]),
      ...(cycle === null ? [] : [reasonNode(this.#waits({ kind: "cycle", members: cycle }))]),
    ];
  }

  owed(): ReasonNode {
    const { debts } = this.#explained;
    const { protocol } = this.#candidate;
    const owes: Reason = {
      kind: "owes",
      artifact_types: protocol.produces,
      one_of: protocol.choices.map(({ members }) => members),
    };
    if (debts.owing.includes(this.#candidate))
      return withReasons(owes, [
        ...standingReasons(debts, protocol.name),
        ...decidingReasons(this.#explained.project.store, this.#explained.evaluation.view, this.#candidate),
      ]);
    return withReasons({ kind: "owes_nothing" }, this.#whyFree());
  }

  #whyFree(): Reason[] {
    const { readiness, outputs, protocol, triggerSatisfied } = this.#candidate;
    if (readiness.status === "blocked")
      return readiness.failures.map(({ artifactType }) => this.#whyNobodyOwes(artifactType));
    if (outputs.complete) return [{ kind: "outputs_complete" }];
    if (triggerSatisfied) return [];
    return this.#triggers.unsatisfied(protocol.trigger).flatMap((primitive) => this.#whyFreeOf(primitive));
  }

  #whyFreeOf(primitive: Primitive): Reason[] {
    const { type, name } = primitive;
    if (this.#view.unapproved(name) !== null) return notApproved(this.#explained.evaluation, this.#view, name);
    if (type === "on_invalid")
      return [{ kind: "need_not_happen", condition: triggerText(primitive), artifact_type: name }];
    return this.#isOwed(name) ? [] : [this.#whyNobodyOwes(name)];
  }

  #writers(type: string): EvaluatedCandidate[] {
    return this.#explained.evaluation.candidates.filter(({ protocol }) => outputTypesOf(protocol).includes(type));
  }

  #isOwed(type: string): boolean {
    const { debts } = this.#explained;
    const writers = this.#writers(type);
    return writers.length === 0 || (writers.some((one) => debts.owing.includes(one)) && this.#chosen(type) === null);
  }

  #whyNobodyOwes(type: string): Reason {
    const writers = this.#writers(type).map(({ protocol }) => protocol.name);
    return this.#chosen(type) ?? { kind: "nobody_owes_it", artifact_type: type, writers };
  }

  /** The choice that was settled with another member than this type. */
  #chosen(type: string): Reason | null {
    for (const { protocol, outputs, freshness } of this.#writers(type)) {
      const choice = freshness.current ? protocol.choices.find(({ members }) => members.includes(type)) : undefined;
      const settled = outputs.settled.find(({ group, member }) => group === choice?.name && member !== type);
      if (settled !== undefined)
        return {
          kind: "chosen_otherwise",
          artifact_type: type,
          choice: settled.group,
          protocol: protocol.name,
          member: settled.member,
        };
    }
    return null;
  }
}

function withReasons(reason: Reason, because: readonly Reason[]): ReasonNode {
  return reasonNode(
    reason,
    because.map((one) => reasonNode(one)),
  );
}
