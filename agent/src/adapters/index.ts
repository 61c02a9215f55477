export { checkAdapter } from "./check.ts";
export { runAdapter } from "./run.ts";
