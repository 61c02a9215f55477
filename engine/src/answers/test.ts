// Everything that `test` needs and no other command: loaded as one, when it is asked for.
export { readCases } from "../cases/read-cases.ts";
export { runCases } from "../cases/run-cases.ts";
export { testAnswer } from "./test-answer.ts";
