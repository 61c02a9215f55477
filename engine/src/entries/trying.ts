// Trying a methodology without people and without agents.

export { loadTest } from "../answers/load-test.ts";
export type { DeviationEntry, TestAnswer, TestedCase } from "../answers/test-answer.ts";
export type { MadeValue, Wish } from "../cases/contents.ts";
