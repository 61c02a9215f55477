import type { Moment } from "@runa/store";
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
        const said = this.#feedback.newest({ type: trigger.name, which: "all" });
        const { changed } = this.#outputs.time;
        return (said !== null && said > changed) || this.#hasNewer(trigger.name, newest, changed);
      }
    }
  }

  /** Whether an instance of a type is newer than the outputs. */
  #hasNewer(type: string, newest: Moment, changed: Moment): boolean {
    const known = (this.#view.lastSuccess ?? this.#view.lastAttempt)?.elsewhere?.notNewer.get(type);
    if (known === undefined) return newest > changed;
    // In a clone everything has come at once: what the other one did not know, or knew as newer, is so here too.
    return this.#view
      .inScope(type)
      .some(({ id, contentHash, lastModified }) => lastModified >= changed && known.get(id) !== contentHash);
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
