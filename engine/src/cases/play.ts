import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkUnit } from "@runa/store";
import { fileNameOf } from "@runa/store/files";
import { mandateNow } from "../attempt/mandate.ts";
import { RunaError } from "../diagnostic.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { EVERYTHING } from "../plan/aim.ts";
import type { Interrupts } from "../process/interrupts.ts";
import { DEFAULT_RUN_LIMITS } from "../project/config/run-limits.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { openThrowaway } from "../project/throwaway.ts";
import { tryingPolicy } from "../project/trying-policy.ts";
import { executeRun } from "../run/cascade.ts";
import type { RunReport } from "../run/report.ts";
import type { Case, Step } from "./case.ts";
import { deviationsIn } from "./check.ts";
import { Contents, type MakeValue } from "./contents.ts";
import { decideAsSaid } from "./decide.ts";
import type { CaseResult, Deviation } from "./deviation.ts";
import { ScriptedCarrier } from "./scripted-carrier.ts";

/** What playing cases takes. */
export interface Stage {
  readonly methodology: Methodology;
  readonly interrupts: Interrupts;
  readonly make: MakeValue;
}

/** Plays a case in a project of its own, to its end or to the first step that is not as it is expected. */
export async function playCase(stage: Stage, { name, path, steps, people }: Case): Promise<CaseResult> {
  const began = performance.now();
  const ended = (deviations: readonly Deviation[], problem: string | null): CaseResult => ({
    name,
    path,
    deviations,
    problem,
    duration: performance.now() - began,
  });
  const project = await openThrowaway(stage.methodology, tryingPolicy(people));
  try {
    const contents = new Contents(stage.make);
    for (const step of steps) {
      const deviations = await playStep(stage, project, contents, step);
      if (deviations.length > 0) return ended(deviations, null);
    }
    return ended([], null);
  } catch (error) {
    if (!(error instanceof RunaError)) throw error;
    return ended([], error.message);
  } finally {
    project.close();
  }
}

async function playStep(stage: Stage, project: OpenProject, contents: Contents, step: Step): Promise<Deviation[]> {
  for (const { type, id } of step.removed) rmSync(fileOf(project, type, id), { force: true });
  for (const { type, id, content } of step.given) {
    const declared = project.methodology.types.get(type);
    if (declared === undefined) continue;
    const bytes = await contents.bytesOf(declared, content, step.workUnit as WorkUnit | null);
    mkdirSync(join(project.workspace, type), { recursive: true });
    writeFileSync(fileOf(project, type, id), bytes);
  }
  // Each of them sees what the one before left.
  for (const decision of step.decisions) await decideAsSaid(project, await lookAt(project, step.workUnit), decision);
  const report = step.run ? await runStep(stage, project, contents, step) : null;
  const evaluation = await lookAt(project, step.workUnit);
  return deviationsIn({ project, evaluation, report }, step.expectations);
}

function fileOf({ workspace }: OpenProject, type: string, id: Step["removed"][number]["id"]): string {
  return join(workspace, type, fileNameOf(id));
}

async function runStep(
  { interrupts }: Stage,
  project: OpenProject,
  contents: Contents,
  step: Step,
): Promise<RunReport> {
  const context = {
    project,
    ...(await mandateNow(project, {})),
    interrupts,
    // No process is started.
    mcp: { command: "runa-mcp", args: [], found: false },
    environment: {},
    grace: 0,
    startable: <T>(argv: T) => argv,
    capture: false,
    show: () => {},
  };
  const options = { ...DEFAULT_RUN_LIMITS, workUnit: step.workUnit, aim: EVERYTHING, once: false, wait: false };
  return executeRun(context, options, () => {}, new ScriptedCarrier(project, step, contents));
}
