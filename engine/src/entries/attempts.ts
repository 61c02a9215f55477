// Attempts: how they are told apart, how they end, and what is said of it.

export { acceptByHand } from "../attempt/accept.ts";
export type { EndedAttempt } from "../attempt/attempt.ts";
export { SHORTEST_BEGINNING, shortAttemptId } from "../attempt/attempt-id.ts";
export type { ExecutionContext } from "../attempt/context.ts";
export { attemptDeliveries } from "../attempt/deliveries.ts";
export { mandateNow } from "../attempt/mandate.ts";
export type { Outcome } from "../attempt/outcome.ts";
export { outcomeText, violationLines } from "../attempt/outcome-text.ts";
export { releaseByHand } from "../attempt/release.ts";
export { reopenByHand } from "../attempt/reopen.ts";
