import type { OpenAttempt, Place, ProcessIdentity } from "@runa/store/attempts";
import type { EvaluatedCandidate } from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { ProcessEnd } from "../process/agent-process.ts";
import type { Swept } from "../process/sweep.ts";
import type { OpenProject } from "../project/project.ts";
import type { Outcome, Silence } from "./outcome.ts";
import type { Usage } from "./usage.ts";

/** Where work is done that has no place of its own. */
export function placeOf({ root, workspace }: OpenProject): Place {
  return { directory: root, workspace };
}

/** A candidate that an attempt is to execute. */
export interface Assignment {
  /** The attempt's id. */
  readonly id: string;
  readonly candidate: EvaluatedCandidate;
  /** What its scope saw. */
  readonly view: ScopeView;
  readonly place: Place;
  /** What is told of the attempt before, line by line, where this one is a retry. */
  readonly wentWrong: readonly string[];
}

/**
 * Has candidates executed: by a process on this machine, or by whatever else takes an attempt and delivers. What an attempt
 * is, when it has to end and how it is judged are the same for every kind.
 */
export interface Carrier {
  /** One word for what does the work, for messages. */
  readonly kind: string;
  /**
   * Makes ready what it takes to begin, before the candidate is claimed.
   * @returns null where what the candidate reads is no longer what was evaluated
   * @throws RunaError where it could not begin at all
   */
  prepare(assignment: Assignment): Prepared | null;
  /**
   * Takes over the work of an attempt that another runa began; it may have ended.
   * @param candidate null where its protocol is no longer declared
   */
  adopt(attempt: OpenAttempt, candidate: Candidate | null): Work;
}

/** Work that can begin. */
export interface Prepared {
  /** Which command does it, as the attempt's record tells. */
  readonly argv: readonly string[];
  /**
   * Begins, once the candidate is claimed.
   * @throws where the surroundings do not allow it, such as a full disk
   */
  start(): Work;
  /** Takes back what was made ready: the candidate could not be claimed. */
  discard(): void;
}

/** What does an attempt's work, once it has begun. */
export interface Work {
  /** Its process; null where it has none on this machine, or could not be started. */
  readonly identity: ProcessIdentity | null;
  /** What it prints; null where that is not seen. */
  readonly output: Output | null;
  /** Resolves when it has ended, whatever it left behind. */
  readonly ended: Promise<void>;
  /** Asks it to end, and ends it after a grace. Again is harmless. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
  /**
   * Ends what it left behind, once it has ended itself; after that nothing of it can write any more.
   * @param atOnce whether without a grace; asked again and again
   */
  sweep(atOnce: () => boolean): Promise<WorkEnd>;
}

/** How much was printed, in bytes, and when that last grew, in milliseconds of `performance.now()`. */
export interface Output {
  readonly bytes: number;
  readonly lastGrowth: number;
}

/** How work came to its end: plain data, which could have come over a wire. */
export interface WorkEnd {
  readonly exit: Exit;
  /** What it had left running, and how that was ended. */
  readonly swept: readonly Swept[];
  /** Why nothing came of it, as far as its carrier alone can tell; null where it cannot. */
  readonly silence: Silence | null;
  /** What it reported to have used. */
  readonly usage: Usage | null;
}

/** How work ended, or that it never began; `unknown` where nobody was there to see it. */
export type Exit =
  | ({ readonly kind: "not_started" } & Omit<Outcome & { id: "not_started" }, "id">)
  | Exclude<ProcessEnd, { kind: "not_started" }>;
