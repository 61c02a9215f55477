// What is loaded only to serve, or to say what is wrong: in one module, so that `--version` and `--help` do without it.
export { log, visible, visibleLines } from "@runa/engine";
export { openOutputSession } from "@runa/engine/session";
export { serve } from "./server.ts";
