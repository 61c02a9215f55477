import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

// RUNA_TEST_DIST tests another build than this checkout's, an installed one for instance.
const DIST = process.env.RUNA_TEST_DIST ?? join(CHECKOUT, "dist");

/** The program as it is shipped. */
export const RUNA = join(DIST, "runa.js");
export const RUNA_MCP = join(DIST, "runa-mcp.js");
export const FAKE_AGENT = fileURLToPath(new URL("fake-agent.mjs", import.meta.url));
