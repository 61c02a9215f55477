import { readRegularFile } from "@runa/store";

/** What an agent reported of its cost; what it did not report is absent. */
export interface Usage {
  readonly tokens?: number;
  readonly cost_usd?: number;
  readonly model?: string;
}

const MAX_MODEL = 200;

/** Reads the file named by `RUNA_USAGE`; null when the agent wrote none, or nothing in it can be used. */
export function readUsage(file: string): Usage | null {
  let reported: unknown;
  try {
    // The agent owns it: it may be a pipe that nobody writes to, or a link to anything.
    reported = JSON.parse(readRegularFile(file)?.bytes.toString("utf8") ?? "");
  } catch {
    return null;
  }
  if (typeof reported !== "object" || reported === null) return null;
  const { tokens, cost_usd, model } = reported as Record<string, unknown>;
  const usage: Usage = {
    ...(isAmount(tokens) && { tokens }),
    ...(isAmount(cost_usd) && { cost_usd }),
    ...(typeof model === "string" && { model: model.slice(0, MAX_MODEL) }),
  };
  return Object.keys(usage).length === 0 ? null : usage;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
