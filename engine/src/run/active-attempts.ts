import type { EndedAttempt } from "../attempt/attempt.ts";
import type { Begun } from "../attempt/claim.ts";
import { type Candidate, candidateKey } from "../methodology/candidate.ts";
import type { Alarm } from "./alarm.ts";

/** The attempts that a run executes, each until the run has heard of its end. */
export class ActiveAttempts {
  readonly #alarm: Alarm;
  readonly #begun = new Map<string, Begun>();
  readonly #ended: (EndedAttempt | { readonly failure: unknown })[] = [];

  /** @param alarm rings at each end */
  constructor(alarm: Alarm) {
    this.#alarm = alarm;
  }

  /** How many are at work. */
  get size(): number {
    return this.#begun.size;
  }

  /** The ids of those at work. */
  get ids(): Iterable<string> {
    return this.#begun.keys();
  }

  /** What those at work execute. */
  get candidates(): readonly Candidate[] {
    return [...this.#begun.values()].map(({ attempt }) => attempt.candidate);
  }

  /** Whether one has ended of which the run has not heard. */
  get haveNews(): boolean {
    return this.#ended.length > 0;
  }

  has(id: string): boolean {
    return this.#begun.has(id);
  }

  /** Whether one of those at work executes it. */
  includes(candidate: Candidate): boolean {
    return this.candidates.some((other) => candidateKey(other) === candidateKey(candidate));
  }

  add(begun: Begun): void {
    const { id } = begun.attempt;
    this.#begun.set(id, begun);
    const end = (ended: EndedAttempt | { readonly failure: unknown }) => {
      this.#begun.delete(id);
      this.#ended.push(ended);
      this.#alarm.ring();
    };
    begun.ended.then(end, (failure: unknown) => end({ failure }));
  }

  /**
   * The next one that has ended, which the run hears of by this; null where there is none.
   * @throws what went wrong in it
   */
  nextEnded(): EndedAttempt | null {
    const ended = this.#ended.shift();
    if (ended === undefined) return null;
    if ("failure" in ended) throw ended.failure;
    return ended;
  }

  /** Resolves when all have ended, whatever went wrong. */
  async allEnded(): Promise<void> {
    await Promise.allSettled([...this.#begun.values()].map(({ ended }) => ended));
  }
}
