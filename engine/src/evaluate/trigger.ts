import type { Primitive, Trigger } from "../methodology/trigger.ts";
import type { Feedback } from "./feedback.ts";
import type { Outputs } from "./outputs.ts";
import type { ProtocolView, RelevantInput } from "./scope-view.ts";

/** Answers about triggers for one candidate. */
export class TriggerEvaluation {
  readonly #view: ProtocolView;
  readonly #outputs: Outputs;
  readonly #feedback: Feedback;

  constructor(view: ProtocolView, outputs: Outputs, feedback: Feedback) {
    this.#view = view;
    this.#outputs = outputs;
    this.#feedback = feedback;
  }

  /** Whether a trigger is satisfied by what is known, whether or not that can be trusted. */
  satisfied(trigger: Trigger): boolean {
    if (!("name" in trigger)) {
      return trigger.type === "all_of"
        ? trigger.conditions.every((condition) => this.satisfied(condition))
        : trigger.conditions.some((condition) => this.satisfied(condition));
    }
    const view = this.#view;
    switch (trigger.type) {
      case "on_artifact":
        return view.summary(trigger.name).valid > 0;
      case "on_invalid":
        return view.summary(trigger.name).broken > 0;
      case "on_change": {
        const { newest } = view.summary(trigger.name);
        if (newest === null || this.#outputs.time === null) return newest !== null;
        const said = this.#feedback.newest({ type: trigger.name, which: "all" }) ?? newest;
        return Math.max(newest, said) > this.#outputs.time.changed;
      }
    }
  }

  /** The verdict that a complete scan could not overturn: null where a partially scanned type leaves it open. */
  trusted(trigger: Trigger): boolean | null {
    if ("name" in trigger) return this.#view.isPartial(trigger.name) ? null : this.satisfied(trigger);
    const verdicts = trigger.conditions.map((condition) => this.trusted(condition));
    const decisive = trigger.type === "any_of";
    if (verdicts.includes(decisive)) return decisive;
    return verdicts.includes(null) ? null : !decisive;
  }

  /** The primitives that keep a trigger from being satisfied. */
  unsatisfied(trigger: Trigger): Primitive[] {
    if (this.satisfied(trigger)) return [];
    return "name" in trigger ? [trigger] : trigger.conditions.flatMap((condition) => this.unsatisfied(condition));
  }

  /** The satisfied primitives of those branches that are satisfied today. */
  satisfiedBy(trigger: Trigger): Primitive[] {
    if (!this.satisfied(trigger)) return [];
    return "name" in trigger ? [trigger] : trigger.conditions.flatMap((condition) => this.satisfiedBy(condition));
  }

  /** The inputs of those branches that are satisfied today. */
  relevant(trigger: Trigger): RelevantInput[] {
    return this.satisfiedBy(trigger).map(({ type, name }) => ({
      type: name,
      which: type === "on_artifact" ? "valid" : "all",
    }));
  }
}
