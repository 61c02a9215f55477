import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Envelope, PlanEntry, ProtocolEntry } from "./rig/envelope.ts";
import { runaJson } from "./rig/run.ts";

/** What is done to the workspace at one stage, and what runa must answer afterwards. */
export interface Stage {
  readonly about: string;
  /** Instances that go, as `TYPE/INSTANCE_ID`. */
  readonly remove?: readonly string[];
  /** By artifact type: files of the methodology's `input` directory; the instance ids are the files' names. */
  readonly place?: Readonly<Record<string, readonly string[]>>;
  /** By scope, a work unit or `UNSCOPED`: the lines of `answers`. */
  readonly expected: Readonly<Record<string, string>>;
}

/** One methodology, played stage by stage. */
export interface Play {
  readonly methodology: string;
  /** What `init` counts. */
  readonly counts: string;
  readonly stages: readonly Stage[];
  /** After the last stage: what `doctor` finds not to be valid, in its words. */
  readonly unhealthy: readonly string[];
  /** The external input of a rehearsal, its scopes in order, and the types that hold an instance afterwards. */
  readonly rehearsal: {
    readonly place: Readonly<Record<string, readonly string[]>>;
    readonly scopes: readonly string[];
    readonly types: readonly string[];
  };
}

export const UNSCOPED = "";

export function place(project: string, inputs: string, files: Stage["place"] = {}): void {
  for (const [type, names] of Object.entries(files)) {
    const directory = join(project, ".runa/workspace", type);
    mkdirSync(directory, { recursive: true });
    for (const name of names) copyFileSync(join(inputs, name), join(directory, basename(name)));
  }
}

export function remove(project: string, instances: Stage["remove"] = []): void {
  for (const instance of instances) rmSync(join(project, ".runa/workspace", `${instance}.json`));
}

/** The flags of a scope. */
export function flags(scope: string): string[] {
  return scope === UNSCOPED ? [] : ["--work-unit", scope];
}

/**
 * What `state`, `step --dry-run` and `run --dry-run` say of one scope, a line for each candidate and one for the cascade:
 * accepted inputs and projected executions in parentheses, the exit code of `run --dry-run` at the end.
 * All three rest on one evaluation, so it throws where they disagree about anything.
 */
export async function answers(project: string, scope: string): Promise<string[]> {
  const state = await runaJson(project, "state", ...flags(scope));
  const step = await runaJson(project, "step", "--dry-run", ...flags(scope));
  const run = await runaJson(project, "run", "--dry-run", ...flags(scope));
  const { protocols } = state.json;
  const ready = protocols.filter(({ status }) => status === "ready");
  const plan = planOf(run.json);
  const current = plan.filter(({ projection }) => projection === "current");
  agree("the candidates of state and step", protocols, step.json.protocols);
  agree("the candidates of state and run", protocols, run.json.protocols);
  agree("the exit codes of state and step", [state.exitCode, step.exitCode], [0, 0]);
  agree("what is ready and what step plans", ready.slice(0, 1).map(readyLine), planOf(step.json).map(planLine));
  agree("what is ready and what run plans", ready.map(readyLine).sort(), current.map(planLine).sort());
  for (const { name, work_unit = UNSCOPED } of protocols) agree(`the work unit of ${name}`, scope, work_unit);
  const cascade = plan.map(({ protocol, projection }) => (projection === "current" ? protocol : `(${protocol})`));
  return [...protocols.map(candidateLine), ["run:", ...cascade, "=>", run.exitCode].join(" ")];
}

function agree(what: string, one: unknown, other: unknown): void {
  const [left, right] = [one, other].map((value) => JSON.stringify(value, null, 1));
  if (left !== right) throw new Error(`${what} differ:\n${left}\n${right}`);
}

function planOf({ execution_plan }: Envelope): readonly PlanEntry[] {
  if (execution_plan === undefined) throw new Error("an answer without execution_plan");
  return execution_plan;
}

function candidateLine(entry: ProtocolEntry): string {
  switch (entry.status) {
    case "ready":
      return readyLine(entry);
    case "blocked": {
      const failures = entry.precondition_failures ?? [];
      return `BLOCKED ${entry.name}: ${failures.map((failure) => `${failure.artifact_type} ${failure.reason}`).join(", ")}`;
    }
    case "waiting": {
      const conditions = (entry.unsatisfied_conditions ?? []).map((text) => text.split(": ")[0]);
      return `WAITING ${entry.name}: ${conditions.join(", ")}`;
    }
  }
}

function readyLine({ name, inputs = [] }: ProtocolEntry): string {
  return ["READY", name, "<-", ...inputs.map(inputWord)].join(" ");
}

function planLine({ protocol, context }: PlanEntry): string {
  return ["READY", protocol, "<-", ...(context?.inputs ?? []).map(inputWord)].join(" ");
}

function inputWord(input: { artifact_type: string; instance_id: string; relationship: string }): string {
  const instance = `${input.artifact_type}/${input.instance_id}`;
  return input.relationship === "requires" ? instance : `(${instance})`;
}
