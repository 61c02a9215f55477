// The people of a soak: they decide on the plan that lies there, at any moment, and may be killed while they do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBundled } from "../bundle.mjs";
import { DECIDED } from "./project.mjs";

const { content } = await loadBundled({ content: "store/src/workspace/content.ts" });

const NAMES = ["anna", "bert"];

/** The hash of the plan that lies there; null where there is none. */
export function plannedHash(/** @type {string} */ project) {
  try {
    return content.contentOf(readFileSync(join(project, ".runa/workspace", DECIDED, "o.json"))).hash;
  } catch {
    return null;
  }
}

/**
 * What somebody says to runa about a plan, and who it is.
 * @param {"approve" | "reject" | "revoke"} verb
 * @param {string} hash
 * @param {number} which picks the person, from 0 to 1
 */
export function decision(verb, hash, which) {
  const words = [verb, DECIDED, "o", "--hash", hash, ...(verb === "approve" ? [] : ["--note", `${verb}, by chance`])];
  const name = NAMES[Math.floor(which * NAMES.length)] ?? "";
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: name };
  return { words, env };
}
