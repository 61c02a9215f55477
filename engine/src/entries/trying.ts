// Trying a methodology without people and without agents.

export { loadRehearse } from "../answers/load-rehearse.ts";
export { loadTest } from "../answers/load-test.ts";
export type { RehearsalAnswer } from "../answers/rehearsal-answer.ts";
export type { DeviationEntry, TestAnswer, TestedCase } from "../answers/test-answer.ts";
export type { MadeValue, Wish } from "../cases/contents.ts";
export { DECIDED } from "../rehearsal/decided.ts";
