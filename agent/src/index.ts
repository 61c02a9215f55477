export { runAgent } from "./program.ts";
