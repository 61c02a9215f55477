// What people decide: what is put before them, and what became of it.

export {
  type DecisionAsk,
  type DecisionSheet,
  decideOn,
  type EarlierDecision,
  openSheet,
  type ProseChange,
  stopGivenBy,
} from "../answers/decision-sheet.ts";
export type { DecisionResult } from "../deciding/decide.ts";
export type { Stopped } from "../deciding/stop-given.ts";
