import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

// RUNA_TEST_DIST tests another build than this checkout's, an installed one for instance.
const DIST = process.env.RUNA_TEST_DIST ?? join(CHECKOUT, "dist");

/** The three programs as they are shipped: `npm run build` makes them. */
export const RUNA = join(DIST, "runa.js");
export const RUNA_MCP = join(DIST, "runa-mcp.js");
export const RUNA_AGENT = join(DIST, "runa-agent.js");

/** An agent that does what the test tells it through the rig's socket. */
export const FAKE_AGENT = fileURLToPath(new URL("fake-agent.mjs", import.meta.url));

/** Where what V8 compiled of the programs is kept between tests, beside what else npm puts there. */
export const CODE_CACHE = join(CHECKOUT, "node_modules/.cache");
