import type { Usage } from "@runa/store/attempts";
import { readRegularFile, reasonOf } from "@runa/store/files";

export type { Usage };

const MAX_MODEL = 200;

/** What was found in the file named by `RUNA_USAGE`. */
export interface ReadUsage {
  /** Null when the agent wrote none, or nothing in it can be used. */
  readonly usage: Usage | null;
  /** Why something in it, or all of it, cannot be used; null where nothing is wrong. */
  readonly unclear: string | null;
}

/** Reads the file named by `RUNA_USAGE`. */
export function readUsage(file: string): ReadUsage {
  let reported: unknown;
  try {
    // The agent owns it: it may be a pipe that nobody writes to, or a link to anything.
    const read = readRegularFile(file);
    if (read === null || read.bytes.length === 0) return { usage: null, unclear: null };
    reported = JSON.parse(read.bytes.toString("utf8"));
  } catch (error) {
    return { usage: null, unclear: error instanceof SyntaxError ? "it is not JSON" : reasonOf(error) };
  }
  if (typeof reported !== "object" || reported === null || Array.isArray(reported))
    return { usage: null, unclear: "it is no JSON object" };
  const { tokens, cost_usd, model } = reported as Record<string, unknown>;
  const wrong = [
    ...Object.entries({ tokens, cost_usd })
      .filter(([, value]) => value !== undefined && value !== null && !isAmount(value))
      .map(([name]) => `${name} is no amount`),
    ...(model === undefined || model === null || typeof model === "string" ? [] : ["model is no string"]),
  ];
  const usage: Usage = {
    ...(isAmount(tokens) && { tokens }),
    ...(isAmount(cost_usd) && { cost_usd }),
    ...(typeof model === "string" && { model: model.slice(0, MAX_MODEL) }),
  };
  return { usage: Object.keys(usage).length === 0 ? null : usage, unclear: wrong.join(", ") || null };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
