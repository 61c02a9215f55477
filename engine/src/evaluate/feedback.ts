import type { Instance, Moment } from "@runa/store";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import { outputTypesOf, readTypesOf } from "../methodology/methodology.ts";
import type { Reviewers } from "../methodology/reviewers.ts";
import type { ProtocolView, RelevantInput } from "./scope-view.ts";

/** An instance that counts as changed when it was delivered, even with the content that it had before. */
export interface News {
  readonly instance: Instance;
  readonly at: Moment;
}

/**
 * The feedback on a candidate's work since its last success (contract.md section 5, "Feedback"). The same content, delivered
 * again, is news too, unless nothing of what the candidate may write has changed since it was delivered before.
 */
export class Feedback {
  readonly #view: ProtocolView;
  readonly #protocol: ProtocolDeclaration;
  readonly #reviewers: Reviewers;

  constructor(view: ProtocolView, protocol: ProtocolDeclaration, reviewers: Reviewers) {
    this.#view = view;
    this.#protocol = protocol;
    this.#reviewers = reviewers;
  }

  /** Whether there is anything that the candidate has not answered. */
  get isUnanswered(): boolean {
    return this.#heardAnything && readTypesOf(this.#protocol).some((type) => this.#newsOf(type).length > 0);
  }

  /** When the last feedback by instances of a type came; null where there is none. */
  newest(input: RelevantInput): Moment | null {
    if (!this.#heardAnything) return null;
    let newest: Moment | null = null;
    for (const { at } of this.news(input)) if (newest === null || at > newest) newest = at;
    return newest;
  }

  /** The feedback by instances of a type, the earliest first. */
  news({ type, which }: RelevantInput): News[] {
    if (!this.#heardAnything) return [];
    return this.#newsOf(type).filter(({ instance }) => which === "all" || instance.status === "valid");
  }

  get #heardAnything(): boolean {
    return this.#view.heard !== undefined;
  }

  #newsOf(type: string): News[] {
    const answered = this.#view.lastSuccess?.ended ?? 0;
    const deliveries = this.#view.heard?.deliveries.get(type) ?? [];
    return deliveries.flatMap(({ id, contentHash, protocol, at, before }): News[] => {
      if (at <= answered || !this.#reviewers.isFeedback(type, protocol, this.#protocol)) return [];
      if (before !== null && !this.#hasChangedSince(before)) return [];
      const instance = this.#view.inScope(type).find((one) => one.id === id && one.contentHash === contentHash);
      return instance === undefined ? [] : [{ instance, at }];
    });
  }

  /** Whether anything of what the candidate may write came, changed or went since then. */
  #hasChangedSince(moment: Moment): boolean {
    const removals = this.#view.heard?.removals;
    return outputTypesOf(this.#protocol).some(
      (type) => (this.#view.outputs.summary(type).newest ?? 0) > moment || (removals?.get(type) ?? 0) > moment,
    );
  }
}
