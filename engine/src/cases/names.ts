import type { DecisionTypes } from "../methodology/decision-types.ts";

/** What a methodology has names for: whatever a case names is among them. */
export interface KnownNames {
  readonly types: readonly string[];
  readonly protocols: readonly string[];
  /** Of these, those that are executed for a work unit. */
  readonly scoped: ReadonlySet<string>;
  /** Which of the types are of decisions, and on what. */
  readonly decisions: DecisionTypes;
}
