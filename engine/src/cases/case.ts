import type { InstanceRef, InstanceStatus } from "@runa/store";
import type { Verdict } from "@runa/store/log";
import type { TomlPath } from "../diagnostic.ts";
import type { ReasonKind } from "../reasons/reason.ts";
import type { RunOutcome } from "../run/report.ts";
import type { TomlDocument } from "../toml/parse.ts";

/** A file of an author's cases (approvals-and-audit.md section 7). */
export interface CaseFile {
  readonly file: string;
  /** What it was read from, for the place of an expectation that is not met. */
  readonly document: TomlDocument;
  readonly cases: readonly Case[];
}

/** One case: a project that is thrown away, in which one step comes after the other. */
export interface Case {
  readonly name: string;
  readonly path: TomlPath;
  readonly steps: readonly [Step, ...Step[]];
  /** Who may decide in it, with the roles that each has. */
  readonly people: ReadonlyMap<string, readonly string[]>;
}

/** What is done, and what is expected after it. */
export interface Step {
  /** Whose scope is run and looked at; null for the unscoped protocols. */
  readonly workUnit: string | null;
  /** What is put into the workspace, as a person would put it there. */
  readonly given: readonly Placed[];
  readonly removed: readonly InstanceRef[];
  /** What people decide then, one after the other, before anything is executed. */
  readonly decisions: readonly CaseDecision[];
  /** Whether what is READY is then executed until nothing is left, with `deliveries` in place of agents. */
  readonly run: boolean;
  /** What each protocol delivers, the first time that it is executed, the second, and so on. */
  readonly deliveries: ReadonlyMap<string, readonly Deliveries[]>;
  readonly expectations: readonly Expectation[];
}

/** What a person decides on an instance, as it lies there then. */
export interface CaseDecision {
  readonly verdict: Verdict;
  readonly subject: InstanceRef;
  /** The decision type; of a revocation that of the decision that is withdrawn, which is known only then. */
  readonly type: string | null;
  readonly by: string;
  readonly note: string | null;
  /** What its schema asks for besides. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An artifact and where it belongs. */
export interface Placed extends InstanceRef {
  readonly content: Content;
}

/** What one execution delivers. */
export type Deliveries = readonly Placed[];

/** What an artifact holds: a value of the case's own, a file's bytes as they are, or something that its schema allows. */
export type Content =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "file"; readonly bytes: Buffer }
  | { readonly kind: "made" };

/** Where a candidate stands. Of what is WAITING, what is done is told apart as `current`. */
export const STANDINGS = ["ready", "blocked", "waiting", "current"] as const;
export type Standing = (typeof STANDINGS)[number];

/** How an artifact lies there. */
export const PRESENCES = ["valid", "invalid", "malformed", "stale", "absent"] as const;
export type Presence = (typeof PRESENCES)[number] & (InstanceStatus | "absent");

/** A reason that is expected: of that kind, with these values among its own, as `state --json` has them. */
export type ReasonPattern = { readonly kind: ReasonKind } & Readonly<Record<string, unknown>>;

/** Lists of protocols that can be expected: they are equal, in their order, or they are not. */
export const LISTS = ["order", "projection", "ran", "owes"] as const;
export type ListName = (typeof LISTS)[number];

/** How a run can be expected to end. */
export const ENDS = ["all_complete", "quiescent_with_blocked_work", "quiescent_with_failures"] as const;

/** One thing that is expected after a step, and where in the file it stands. */
export type Expectation = { readonly path: TomlPath } & (
  | {
      readonly kind: "status";
      readonly protocol: string;
      readonly status: Standing;
      /** Each is among the reasons that decide. */
      readonly reasons: readonly ReasonPattern[];
    }
  | ({ readonly kind: "artifact"; readonly status: Presence } & InstanceRef)
  | { readonly kind: ListName; readonly protocols: readonly string[] }
  /** The instances that await a decision, as `TYPE/ID`, sorted. */
  | { readonly kind: "awaiting"; readonly subjects: readonly string[] }
  | { readonly kind: "end"; readonly end: RunOutcome }
);
