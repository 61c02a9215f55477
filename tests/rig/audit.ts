import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { schemaProblems } from "./envelope.ts";
import type { Rig, RigOptions } from "./rig.ts";

/** The schema of a type whose instances are records of attempts. */
export function auditSchema(annotation: object = {}, more: object = {}): object {
  return { title: "Attempts", "x-runa": { kind: "audit", ...annotation }, type: "object", ...more };
}

const FAILURES = ["not_started", "interrupted", "timed_out", "signalled", "exited", "invalid_output", "not_delivered"];

/** One protocol, whose failed attempts are recorded, and one that a failure calls for. */
export const diagnosed: RigOptions = {
  protocols: [
    { name: "draft", requires: ["requirements"], produces: ["design"] },
    { name: "diagnose", requires: ["failed-attempt"], produces: ["diagnosis"] },
  ],
  schemas: { "failed-attempt": auditSchema({ outcomes: [...FAILURES, "abandoned"], protocols: ["draft"] }) },
  artifacts: { "requirements/r1": { title: "Fast" } },
};

/** A record as it lies in the workspace, held against runa's base schema. */
export async function recordOf(rig: Rig, name: string): Promise<Readonly<Record<string, unknown>>> {
  const record = JSON.parse(rig.read(rig.path(name)));
  const problems = await schemaProblems("audit", record);
  if (problems.length > 0) throw new Error(`${name} breaks runa's base schema: ${problems.join("; ")}`);
  return record;
}

/** Carries out a chain of two links; the ids of the attempts. */
export async function chainDone(rig: Rig): Promise<string[]> {
  const run = rig.start("run");
  const ids: string[] = [];
  for (const type of ["design", "code"]) {
    const agent = await rig.nextAttempt();
    await agent.deliver(type, "x1", { title: type });
    await agent.exit(0);
    ids.push(agent.id);
  }
  expect(await run.ended()).toMatchObject({ exitCode: 0 });
  return ids;
}

/** The ids of a type's instances in the workspace. */
export function idsOf(rig: Rig, type: string): string[] {
  const prefix = `${type}/`;
  return rig
    .artifacts()
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** The names in a directory of the workspace, hidden ones too. */
export function entriesOf(rig: Rig, directory: string): string[] {
  return readdirSync(join(rig.project, ".runa/workspace", directory)).sort();
}
