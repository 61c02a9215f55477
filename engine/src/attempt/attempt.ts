import type { InstanceRef, Moment, ScanReport } from "@runa/store";
import type { InstanceBefore, Place, ProcessIdentity, SeenType, Usage } from "@runa/store/attempts";
import type { Candidate } from "../methodology/candidate.ts";
import type { ProcessEnd } from "../process/agent-process.ts";
import type { Swept } from "../process/sweep.ts";
import type { Limit, Outcome, Silence } from "./outcome.ts";

/**
 * An attempt, as whoever executes it knows it. It goes through its phases in their order, and each knows all that the one
 * before knew.
 */
export type Attempt = ClaimedAttempt | RunningAttempt | FencedAttempt | EndedAttempt;

/** Its row is committed, and with that its candidate claimed. */
export interface ClaimedAttempt {
  readonly phase: "claimed";
  readonly id: string;
  readonly candidate: Candidate;
  readonly place: Place;
  readonly started: Moment;
  /** When it began, in milliseconds of `performance.now()`. */
  readonly since: number;
  /** What its scope saw then of every type that it may read or write; empty again when it has ended. */
  readonly before: readonly InstanceBefore[];
  /** Counted from 1, in the candidate's present READY moment. */
  readonly tries: number;
  /** Whether its runa had died and this one took it over. */
  readonly adopted: boolean;
}

/** Its work has begun. */
export interface RunningAttempt extends Omit<ClaimedAttempt, "phase"> {
  readonly phase: "running";
  /** The process that does the work; null where none is known to live. */
  readonly worker: ProcessIdentity | null;
}

/** Its work has ended, and nothing is delivered any more. */
export interface FencedAttempt extends Omit<RunningAttempt, "phase"> {
  readonly phase: "fenced";
  /** Why its work was ended; null where it ended by itself. */
  readonly ending: Ending | null;
  readonly end: WorkEnd;
}

/** It is judged, and that is on record. */
export interface EndedAttempt extends Omit<FencedAttempt, "phase"> {
  readonly phase: "ended";
  readonly outcome: Outcome;
  readonly delivered: readonly InstanceRef[];
  /** What of that is what lay there before it. */
  readonly unchanged: readonly InstanceRef[];
  /** What was moved away; what could not be is tried again by whoever executes work next. */
  readonly superseded: readonly InstanceRef[];
  /** What its deliveries come to, whatever the outcome; null where it was another's to judge. */
  readonly judged: Outcome | null;
  /** What tells later whether anything has changed since, by others than itself; null for what is no success. */
  readonly left: {
    readonly seen: Readonly<Record<string, SeenType>>;
    /** See `readsDigest`: as it was when it was judged, so with everything that was written while it ran. */
    readonly reads: string;
    /** See `outputsDigest`. */
    readonly outputs: string;
  } | null;
  /** Milliseconds from its beginning to its judgement. */
  readonly duration: number;
  /** What could not be read when it was judged. */
  readonly gaps: ScanReport["gaps"];
}

/** How an attempt's work came to its end: plain data, which could have come over a wire. */
export interface WorkEnd {
  /** How it ended, or that it never began; `unknown` where nobody was there to see it. */
  readonly exit:
    | ({ readonly kind: "not_started" } & Omit<Outcome & { id: "not_started" }, "id">)
    | Exclude<ProcessEnd, { kind: "not_started" }>;
  /** What it had left running, and how that was ended. */
  readonly swept: readonly Swept[];
  /** Why nothing came of it, as far as its carrier alone can tell; null where it cannot. */
  readonly silence: Silence | null;
  /** What it reported to have used. */
  readonly usage: Usage | null;
}

/** Why work was told to end before it did so itself. */
export type Ending =
  | { readonly kind: "interrupted"; readonly signal: NodeJS.Signals }
  | { readonly kind: "limit"; readonly limit: Limit }
  /** Everything was delivered, and it was silent after that. */
  | { readonly kind: "settled" };
