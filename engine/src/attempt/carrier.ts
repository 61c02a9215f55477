import type { Exclusion, OpenAttempt, Place, ProcessIdentity } from "@runa/store/attempts";
import type { EvaluatedCandidate } from "../evaluate/evaluate.ts";
import type { ScopeView } from "../evaluate/scope-view.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { OpenProject } from "../project/project.ts";
import type { EndedAttempt, WorkEnd } from "./attempt.ts";

/** Where work is done that has no place of its own. */
export function placeOf({ root, workspace }: OpenProject): Place {
  return { directory: root, workspace };
}

/** A candidate that is to be tried. */
export interface Trial {
  /** The run that executes it, as the log names it. */
  readonly run: string;
  readonly candidate: EvaluatedCandidate;
  /** What its scope saw. */
  readonly view: ScopeView;
  /** Counted from 1, in the candidate's present READY moment. */
  readonly tries: number;
  /** The attempt before, of which this is a retry. */
  readonly failed: EndedAttempt | null;
  /** What it does not run beside. */
  readonly exclusion: Exclusion;
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
   * @param id the attempt's
   * @returns null where what the candidate reads is no longer what was evaluated
   * @throws RunaError where it could not begin at all
   */
  prepare(trial: Trial, id: string, place: Place): Prepared | null;
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
  /** How much it has printed, in bytes, and when that last grew (`performance.now()`); null where that is not seen. */
  readonly output: { readonly bytes: number; readonly lastGrowth: number } | null;
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
