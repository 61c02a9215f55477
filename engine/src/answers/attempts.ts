import { rfc3339, type Store, wallTime } from "@runa/store";
import {
  type AttemptQuery,
  attemptsWith,
  countAttempts,
  type ListedAttempt,
  listAttempts,
  namesInAttempts,
  type OutcomeId,
  unendedAttempt,
} from "@runa/store/attempts";
import { NAMED_IDS, onlyId, SHORTEST_BEGINNING } from "../attempt/attempt-id.ts";
import type { Usage } from "../attempt/usage.ts";
import { RunaError } from "../diagnostic.ts";
import { attemptIdTooShort, unknownAttempt } from "../messages.ts";
import { isOrphan } from "../process/owner.ts";
import { mayLive } from "../process/proc.ts";
import { openRecord, type Project, type ProjectOptions } from "../project/project.ts";

/** The attempts that there were and are (`runa attempts`). */
export interface AttemptsAnswer {
  readonly version: 1;
  readonly kind: "attempts";
  /** How many there are, also beyond the limit. */
  readonly total: number;
  /** Those that run first, then the latest first. */
  readonly attempts: readonly AttemptEntry[];
}

export interface AttemptEntry {
  readonly id: string;
  readonly protocol: string;
  readonly work_unit?: string;
  /** `left`: it has not ended, and nobody is at work on it any more; the next run judges it. */
  readonly status: "running" | "left" | "ended";
  readonly outcome?: OutcomeId;
  /** There, and true, where a person took what it left as done all the same. */
  readonly accepted?: true;
  /** Which try it was, from 1. */
  readonly tries: number;
  readonly started: string;
  /** Left out, as `duration_ms`, where the log does not tell. */
  readonly ended?: string;
  /** Until now, of one that has not ended. */
  readonly duration_ms?: number;
  readonly usage?: Usage;
}

/** A project's attempts, open for reading: no methodology has to be there for it, and the workspace is not looked at. */
export class AttemptHistory {
  readonly project: Project;
  readonly #store: Store;

  constructor(project: Project, store: Store) {
    this.project = project;
    this.#store = store;
  }

  /** The attempts that a query chooses. */
  list(query: AttemptQuery): AttemptsAnswer {
    return {
      version: 1,
      kind: "attempts",
      total: countAttempts(this.#store, query),
      attempts: listAttempts(this.#store, query).map(attemptEntry),
    };
  }

  /** Whether nobody is at work on an attempt any more. */
  isOver(id: string): boolean {
    const open = unendedAttempt(this.#store, id);
    return open === null || !isAtWork(open);
  }

  /** Whether what other processes write is seen: not in the copy that is read where the store cannot be written. */
  get isLive(): boolean {
    return this.#store.persistent;
  }

  /** The protocols, and the work units, that there are attempts of. */
  names(): { protocols: string[]; workUnits: string[] } {
    return namesInAttempts(this.#store);
  }

  /**
   * The id of the attempt whose id begins so.
   * @throws RunaError where there is none, or several
   */
  find(beginning: string): string {
    if (beginning.length < SHORTEST_BEGINNING) throw new RunaError(attemptIdTooShort(beginning, SHORTEST_BEGINNING));
    const found = attemptsWith(this.#store, beginning.toLowerCase(), NAMED_IDS);
    return onlyId(beginning, found, unknownAttempt(beginning));
  }

  close(): void {
    this.#store.close();
  }
}

/**
 * Opens a project's attempts for reading.
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openAttemptHistory(options: ProjectOptions): Promise<AttemptHistory> {
  const { project, store } = await openRecord(options, "look");
  return new AttemptHistory(project, store);
}

/** An attempt as documents have it. */
export function attemptEntry(attempt: ListedAttempt): AttemptEntry {
  const { id, protocol, workUnit, outcome, accepted, tries, startedAt, endedAt, usage } = attempt;
  const until = outcome === null ? wallTime() : endedAt;
  return {
    id,
    protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
    status: outcome !== null ? "ended" : isAtWork(attempt) ? "running" : "left",
    ...(outcome !== null && { outcome }),
    ...(accepted && { accepted }),
    tries,
    started: rfc3339(startedAt),
    ...(endedAt !== null && { ended: rfc3339(endedAt) }),
    // The machine's clock may have been put back meanwhile.
    ...(until !== null && { duration_ms: Math.max(0, Math.round((until - startedAt) / 1000)) }),
    ...(usage !== null && { usage }),
  };
}

function isAtWork(attempt: Pick<ListedAttempt, "owner" | "agent">): boolean {
  return !isOrphan(attempt) || (attempt.agent !== null && mayLive(attempt.agent));
}
