import type { Candidate, ExecutionEvent } from "@runa/engine";
import { type RunningView, sameCandidate } from "../render/running-view.ts";
import { LastLine } from "./last-line.ts";

interface Running {
  readonly work: Candidate;
  readonly since: number;
  readonly lastLine: LastLine;
}

/** The attempts that run now, with what is known of each. */
export class RunningAttempts {
  readonly #attempts = new Map<string, Running>();
  readonly #delivered: (attempt: string) => RunningView["delivered"];

  /** @param delivered what an attempt has delivered by now */
  constructor(delivered: (attempt: string) => RunningView["delivered"]) {
    this.#delivered = delivered;
  }

  get size(): number {
    return this.#attempts.size;
  }

  hear(event: ExecutionEvent): void {
    const now = performance.now();
    switch (event.kind) {
      case "attempt_started":
        this.#attempts.set(event.id, { work: event.candidate, since: now, lastLine: new LastLine() });
        break;
      case "attempt_adopted": {
        const { id, startedAt } = event.attempt;
        const since = now - (Date.now() - startedAt / 1000);
        this.#attempts.set(id, { work: event.candidate, since, lastLine: new LastLine() });
        break;
      }
      case "attempt_ended":
        this.#attempts.delete(event.report.id);
    }
  }

  /** What an agent printed. */
  show(work: Candidate, stream: "stdout" | "stderr", chunk: Buffer): void {
    for (const running of this.#attempts.values())
      if (sameCandidate(running.work, work)) running.lastLine.push(stream, chunk);
  }

  /** Each of them as it is now. */
  views(): RunningView[] {
    return [...this.#attempts].map(([id, { work, since, lastLine }]) => ({
      work,
      elapsed: performance.now() - since,
      delivered: this.#deliveredBy(id),
      lastLine: lastLine.text,
    }));
  }

  clear(): void {
    this.#attempts.clear();
  }

  /** A store that cannot be read now is told by whoever executes work, not here. */
  #deliveredBy(attempt: string): RunningView["delivered"] {
    try {
      return this.#delivered(attempt);
    } catch {
      return [];
    }
  }
}
