import type { Instance, Moment } from "@runa/store";
import type { Dialogue } from "../methodology/dialogue.ts";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import { outputTypesOf, readTypesOf } from "../methodology/methodology.ts";
import type { ProtocolView, RelevantInput } from "./scope-view.ts";

/** Something that lies there and counts as changed when it was said, whatever its content was before. */
export interface News {
  readonly instance: Instance;
  readonly at: Moment;
}

/**
 * What others have said of a candidate's work since its last success (contract.md section 5, "Feedback"), also in words
 * that were said before. The same words are no news where nothing of what the candidate may write has changed since then.
 */
export class Feedback {
  readonly #view: ProtocolView;
  readonly #protocol: ProtocolDeclaration;
  readonly #dialogue: Dialogue;

  constructor(view: ProtocolView, protocol: ProtocolDeclaration, dialogue: Dialogue) {
    this.#view = view;
    this.#protocol = protocol;
    this.#dialogue = dialogue;
  }

  /** Whether there is anything that the candidate has not answered. */
  get isUnanswered(): boolean {
    return this.#isSpokenTo && readTypesOf(this.#protocol).some((type) => this.#newsOf(type).length > 0);
  }

  /** When something was said last by instances of a type; null where nothing was. */
  newest(input: RelevantInput): Moment | null {
    if (!this.#isSpokenTo) return null;
    let newest: Moment | null = null;
    for (const { at } of this.news(input)) if (newest === null || at > newest) newest = at;
    return newest;
  }

  /** What was said by instances of a type, the earliest first. */
  news({ type, which }: RelevantInput): News[] {
    if (!this.#isSpokenTo) return [];
    return this.#newsOf(type).filter(({ instance }) => which === "all" || instance.status === "valid");
  }

  get #isSpokenTo(): boolean {
    return this.#view.said !== undefined;
  }

  #newsOf(type: string): News[] {
    const answered = this.#view.lastSuccess?.ended ?? 0;
    const sayings = this.#view.said?.sayings.get(type) ?? [];
    return sayings.flatMap(({ id, contentHash, protocol, at, before }): News[] => {
      if (at <= answered || !this.#dialogue.isFeedback(type, protocol, this.#protocol)) return [];
      if (before !== null && !this.#hasChangedSince(before)) return [];
      const instance = this.#view.inScope(type).find((one) => one.id === id && one.contentHash === contentHash);
      return instance === undefined ? [] : [{ instance, at }];
    });
  }

  /** Whether anything of what the candidate may write came, changed or went since then. */
  #hasChangedSince(moment: Moment): boolean {
    const removals = this.#view.said?.removals;
    return outputTypesOf(this.#protocol).some(
      (type) => (this.#view.summary(type).newest ?? 0) > moment || (removals?.get(type) ?? 0) > moment,
    );
  }
}
