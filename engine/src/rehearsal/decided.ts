/** What a rehearsal decides on whatever waits for a decision. */
export const DECIDED = ["approve", "reject", "none"] as const;
export type DecideAs = (typeof DECIDED)[number];
