// What people decide: what awaits them, what is put before them, and what became of it.

export {
  type ApprovalEntry,
  type ApprovalsAnswer,
  type AwaitingEntry,
  awaitingDecisions,
  type DecisionEntry,
  type DecisionState,
  type DecisionsAnswer,
  decisionsOnInstance,
} from "../answers/approvals.ts";
export {
  type DecisionAsk,
  type DecisionSheet,
  decideOn,
  openSheet,
  type ProseChange,
  stopGivenBy,
} from "../answers/decision-sheet.ts";
export { loosenedGates, requireGates } from "../deciding/accept-gates.ts";
export type { DecisionResult } from "../deciding/decide.ts";
export type { Stopped } from "../deciding/stop-given.ts";
