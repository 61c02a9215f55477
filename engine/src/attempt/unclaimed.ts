import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { progressOf } from "@runa/store/attempts";
import type { OpenProject } from "../project/project.ts";

/** How old, in milliseconds, a directory without an attempt is before it is taken for one that will never have one. */
const FORGOTTEN = 3_600_000;

/**
 * Removes the prompts of attempts that never began: a runa wrote one and died before its claim. A young one may belong to
 * a runa that is about to claim.
 */
export function removeUnclaimed({ store, storeDirectory }: OpenProject): void {
  const directory = join(storeDirectory, "attempts");
  for (const id of namesIn(directory)) {
    const begun = begunAt(id);
    if (begun === null || Date.now() - begun < FORGOTTEN || progressOf(store, id) !== null) continue;
    // Transcripts stay, also of attempts that a store which was made anew has forgotten.
    const held = namesIn(join(directory, id));
    if (held.every((name) => name === "prompt.md")) rmSync(join(directory, id), { recursive: true, force: true });
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The time in an id, in milliseconds: a UUIDv7 begins with it. Null for what is no such id. */
function begunAt(id: string): number | null {
  const [, high = "", low = ""] = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id) ?? [];
  const time = Number.parseInt(high + low, 16);
  return Number.isNaN(time) ? null : time;
}
