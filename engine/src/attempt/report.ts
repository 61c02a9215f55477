import type { InstanceRef, ScanReport, SeenType } from "@runa/store";
import type { Candidate } from "../methodology/candidate.ts";
import type { Swept } from "../process/sweep.ts";
import type { Outcome } from "./outcome.ts";
import type { Usage } from "./usage.ts";

/** What an attempt came to. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly delivered: readonly InstanceRef[];
  /** What was moved away; what could not be is tried again by whoever executes work next. */
  readonly superseded: readonly InstanceRef[];
  /** What its deliveries come to, whatever the outcome; null where it was another's to judge. */
  readonly judged: Outcome | null;
  /** Whether every obligation was met, whatever the outcome. */
  readonly everythingDelivered: boolean;
  /** What a success saw, and left of what it may write; null for any other outcome. */
  readonly left: Left | null;
  readonly usage: Usage | null;
  /** What could not be read when it was judged. */
  readonly gaps: ScanReport["gaps"];
}

/** What tells later whether anything has changed since a success, by others than itself. */
export interface Left {
  readonly seen: Readonly<Record<string, SeenType>>;
  /** See `readsDigest`: as it was when the attempt was judged, so with everything that was written while it ran. */
  readonly reads: string;
  /** See `outputsDigest`. */
  readonly outputs: string;
}

/** An attempt that has ended. */
export interface AttemptReport extends Omit<Conclusion, "gaps"> {
  readonly id: string;
  readonly candidate: Candidate;
  /** Counted from 1, in the candidate's present READY moment. */
  readonly tries: number;
  /** Whether its runa had died and this one took it over. */
  readonly adopted: boolean;
  /** What it had left running, and how that was ended. */
  readonly swept: readonly Swept[];
  /** Milliseconds from spawn to judgement; of an adopted one, from its first start. */
  readonly duration: number;
}

/** What an attempt's end tells whoever schedules: its report, and what the scan that judged it could not read. */
export interface EndedAttempt {
  readonly report: AttemptReport;
  readonly gaps: ScanReport["gaps"];
}
