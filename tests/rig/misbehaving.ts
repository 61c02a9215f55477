import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { draft } from "./examples.ts";
import { type Answer, makeRig, type Rig, type RigOptions } from "./rig.ts";

const AGENT = fileURLToPath(new URL("misbehaving/agent.mjs", import.meta.url));

/** The argv of a misbehaving agent. */
export function misbehaving(name: string, ...args: readonly string[]): string[] {
  return [process.execPath, AGENT, name, ...args];
}

/** A project whose `draft` is done by a misbehaving agent. */
export function rigWith(name: string, options: Partial<RigOptions> = {}): Promise<Rig> {
  return makeRig({ ...draft, agent: misbehaving(name), ...options });
}

/** Lets a misbehaving agent do `draft` by `runa step`; nothing of it may be left running. */
export async function stepWith(name: string, options: Partial<RigOptions> = {}): Promise<Answer & { rig: Rig }> {
  const rig = await rigWith(name, options);
  const answer = await rig.run("step", "--grace", "200ms");
  expect(rig.living()).toEqual([]);
  return { rig, ...answer };
}
