import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Envelope, PlanEntry, ProtocolEntry } from "./envelope-check.ts";
import { runa, runaJson } from "./programs.ts";

/** What is put into the workspace, by artifact type: files of the methodology's `input` directory. */
export type Inputs = Readonly<Record<string, readonly string[]>>;

/** What `state`, `step --dry-run` and `run --dry-run` say of one scope, in short. */
export interface Answers {
  /** One line for each candidate. */
  readonly state: readonly string[];
  /** What `step` would execute, and with which inputs. */
  readonly step: readonly string[];
  /** What `run` would execute. */
  readonly run: readonly string[];
  /** The exit code of `run --dry-run`. */
  readonly exit: number;
}

/** Copies inputs into the default workspace; the instance ids are the files' names. */
export function place(project: string, inputs: string, files: Inputs): void {
  for (const [type, names] of Object.entries(files)) {
    const directory = join(project, ".runa/workspace", type);
    mkdirSync(directory, { recursive: true });
    for (const name of names) copyFileSync(join(inputs, name), join(directory, basename(name)));
  }
}

/** Takes instances out of the workspace, as `TYPE/INSTANCE_ID`. */
export function remove(project: string, instances: readonly string[]): void {
  for (const instance of instances) rmSync(join(project, ".runa/workspace", `${instance}.json`));
}

/** Asks all three views of one scope. They come from one evaluation, so they may not disagree about a candidate. */
export async function ask(project: string, workUnit: string | null): Promise<Answers> {
  const scope = workUnit === null ? [] : ["--work-unit", workUnit];
  const state = await runaJson(project, "state", ...scope);
  const step = await runaJson(project, "step", "--dry-run", ...scope);
  const run = await runaJson(project, "run", "--dry-run", ...scope);
  for (const { json } of [step, run])
    if (JSON.stringify(json.protocols) !== JSON.stringify(state.json.protocols))
      throw new Error(`two views disagree:\n${JSON.stringify(json.protocols)}\n${JSON.stringify(state.json.protocols)}`);
  if (state.exit !== 0 || step.exit !== 0) throw new Error(`state ended with ${state.exit}, step with ${step.exit}`);
  return {
    state: state.json.protocols.map((entry) => candidateLine(entry, workUnit)),
    step: planned(step.json).map((entry) => `${entry.protocol} <- ${instances(entry.context?.inputs ?? [])}`),
    run: planned(run.json).map(({ protocol, projection }) => (projection === "current" ? protocol : `(${protocol})`)),
    exit: Number(run.exit),
  };
}

/** What `doctor` says of the artifacts that are not valid, as `TYPE/INSTANCE_ID is STATUS`; and its exit code. */
export async function unhealthy(project: string): Promise<{ exit: number; artifacts: string[] }> {
  const { exit, stdout } = await runa(project, "doctor");
  return { exit: Number(exit), artifacts: [...stdout.matchAll(/\S+\/\S+ is (?:invalid|malformed)/g)].map(String) };
}

function planned({ execution_plan }: Envelope): readonly PlanEntry[] {
  if (execution_plan === undefined) throw new Error("an answer without execution_plan");
  return execution_plan;
}

function candidateLine(entry: ProtocolEntry, workUnit: string | null): string {
  if ((entry.work_unit ?? null) !== workUnit) throw new Error(`${entry.name} is of work unit ${entry.work_unit}`);
  const { name, status, inputs = [], precondition_failures = [], unsatisfied_conditions = [] } = entry;
  const details = {
    ready: `<- ${instances(inputs)}`,
    blocked: `lacks ${precondition_failures.map((failure) => `${failure.artifact_type} (${failure.reason})`).join(", ")}`,
    waiting: `for ${unsatisfied_conditions.map((text) => text.split(": ")[0]).join(", ")}`,
  };
  return `${status.toUpperCase()} ${name} ${details[status]}`;
}

/** Required instances as they are, accepted ones in parentheses. */
function instances(
  inputs: readonly { artifact_type: string; instance_id: string; relationship: string }[],
): string {
  return inputs
    .map(({ artifact_type, instance_id, relationship }) => [`${artifact_type}/${instance_id}`, relationship])
    .map(([instance, relationship]) => (relationship === "requires" ? instance : `(${instance})`))
    .join(" ");
}
