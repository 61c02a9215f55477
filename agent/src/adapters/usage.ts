import { writeFileSync } from "node:fs";
import { isObject } from "../json.ts";
import type { Usage } from "./adapter.ts";

/** What was used, of what is known: an amount that is 0 or none was not told. */
export function usageOf(tokens: number, costUsd?: unknown, model?: unknown): Usage {
  return {
    ...(tokens > 0 && { tokens }),
    ...(amount(costUsd) > 0 && { cost_usd: amount(costUsd) }),
    ...(typeof model === "string" && model !== "" && { model }),
  };
}

/** The sum of some members of an object, as far as they are amounts. */
export function sumOf(value: unknown, ...keys: readonly string[]): number {
  return isObject(value) ? keys.reduce((sum, key) => sum + amount(value[key]), 0) : 0;
}

/** A number of something: what is no such number counts as 0. */
export function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

/** The key whose value is the greatest. */
export function greatest(values: Readonly<Record<string, number>>): string | undefined {
  return Object.entries(values).sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Writes what was used into the file that runa named for it, where anything is known; without one, nowhere. */
export function reportUsage(usage: Usage, file: string | undefined): void {
  if (file === undefined || file === "" || Object.keys(usage).length === 0) return;
  writeFileSync(file, `${JSON.stringify(usage)}\n`, { mode: 0o600 });
}
