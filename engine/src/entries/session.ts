// What a server delivers through.

export { lossViolation } from "../session/artifact-text.ts";
export { openAttemptSession } from "../session/attempt-session.ts";
export type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "../session/output-session.ts";
export { openOutputSession, type SessionOptions } from "../session/project-session.ts";
