// The engine's diagnostics go the same way.
export { stderr, stdout } from "@runa/engine";
