import { join } from "node:path";
import type { ContentHash, InstanceId, Violation, WorkUnit } from "@runa/store";
import { fileNameOf } from "@runa/store/files";
import type { EvaluatedCandidate, Input, Relationship } from "../evaluate/evaluate.ts";
import type { Choice } from "../methodology/manifest.ts";
import { triggerText } from "../methodology/trigger.ts";
import { displayPath, type Project } from "../project/project.ts";
import { type LiveAttempt, type McpCommand, type McpConfig, mcpConfigFor } from "./mcp-config.ts";

/** An input as an agent is told of it. */
export interface ContextInput {
  readonly artifactType: string;
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly displayPath: string;
  readonly contentHash: ContentHash;
  readonly relationship: Relationship;
  /** Of one that is `invalid`. */
  readonly violations: readonly Violation[];
}

/** Everything that an agent is told. */
export interface Context {
  readonly methodology: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly instructions: string;
  readonly inputs: readonly ContextInput[];
  readonly produces: readonly string[];
  readonly mayProduce: readonly string[];
  readonly choices: readonly Choice[];
}

/** One execution that is planned, with all that it needs. */
export interface PlannedExecution {
  readonly candidate: EvaluatedCandidate;
  readonly trigger: string;
  readonly mcpConfig: McpConfig;
  readonly context: Context;
}

/** What an agent of this READY candidate is told. */
export function contextOf(project: Project, methodology: string, candidate: EvaluatedCandidate): Context {
  const { protocol, workUnit, readiness } = candidate;
  return {
    methodology,
    protocol: protocol.name,
    workUnit,
    instructions: protocol.instructions,
    inputs: readiness.status === "ready" ? contextInputs(project, readiness.inputs) : [],
    produces: protocol.produces,
    mayProduce: protocol.mayProduce,
    choices: protocol.choices,
  };
}

function contextInputs(project: Project, inputs: readonly Input[]): ContextInput[] {
  // Once a type: of ten thousand inputs the paths alone would take as long as the files.
  const directories = new Map<string, { readonly path: string; readonly displayPath: string }>();
  const directoryOf = (type: string) => {
    let directory = directories.get(type);
    if (directory === undefined) {
      const path = `${join(project.workspace, type)}/`;
      directory = { path, displayPath: displayPath(project.root, `${path}-`).slice(0, -1) };
      directories.set(type, directory);
    }
    return directory;
  };
  return inputs.map(({ instance, relationship }) => {
    const name = fileNameOf(instance.id);
    const directory = directoryOf(instance.type);
    return {
      artifactType: instance.type,
      instanceId: instance.id,
      path: `${directory.path}${name}`,
      displayPath: `${directory.displayPath}${name}`,
      contentHash: instance.contentHash,
      relationship,
      violations: instance.violations,
    };
  });
}

/** Where an instance's file lies. */
export function instancePath({ workspace }: Project, type: string, id: InstanceId): string {
  return join(workspace, type, fileNameOf(id));
}

/** Plans the execution of a READY candidate. */
export function planExecution(
  project: Project,
  methodology: string,
  mcp: McpCommand,
  candidate: EvaluatedCandidate,
  attempt?: LiveAttempt,
): PlannedExecution {
  return {
    candidate,
    trigger: triggerText(candidate.protocol.trigger),
    mcpConfig: mcpConfigFor(project, mcp, candidate.protocol.name, candidate.workUnit, attempt),
    context: contextOf(project, methodology, candidate),
  };
}
