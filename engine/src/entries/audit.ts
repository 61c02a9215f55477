// Who made an artifact, from what; and whether what lies there fits to what the log tells.

export { type TrailAnswer, trail } from "../answers/trail.ts";
export { type VerificationAnswer, verification } from "../answers/verification.ts";
export type { MadeContent, TracedAttempt, TracedDecision } from "../audit/trail.ts";
export type { Misfit } from "../audit/verify.ts";
