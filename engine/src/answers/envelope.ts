import { rfc3339 } from "@runa/store";
import type { AwaitedDecision } from "../evaluate/awaited.ts";
import { conditionText, type EvaluatedCandidate, type Evaluation } from "../evaluate/evaluate.ts";
import { triggerText } from "../methodology/trigger.ts";
import { type Aim, aimEntry } from "../plan/aim.ts";
import { instancePath, type PlannedExecution } from "../plan/plan.ts";
import type { ProjectedExecution } from "../plan/projection.ts";
import { displayPath, type OpenProject } from "../project/project.ts";
import { decidingReasons } from "../reasons/deciding.ts";
import { awaitedEntries, projectedAwaitedEntry } from "./awaited-entry.ts";
import { byStatus } from "./by-status.ts";
import { lastAttemptEntry } from "./last-attempt-entry.ts";
import { pastPoint } from "./past-point.ts";
import { scanWarnings } from "./scan-warnings.ts";
import { workUnitEntry } from "./work-unit-entry.ts";
import type { ScopeCounts } from "./work-units.ts";

/**
 * `state --json`, version 2 (contract.md section 6).
 * @param workUnits what there is to do in each; null in the scope of one
 */
export function stateEnvelope(project: OpenProject, evaluation: Evaluation, workUnits: readonly ScopeCounts[] | null) {
  return {
    version: 2,
    ...common(project, evaluation),
    protocols: protocolEntries(project, evaluation),
    ...awaitedEntries(evaluation),
    ...(workUnits !== null && {
      work_units: workUnits.map(({ workUnit, ...counts }) => ({ work_unit: workUnit, ...counts })),
    }),
  };
}

/** `step --dry-run --json`, version 4. */
export function stepEnvelope(project: OpenProject, evaluation: Evaluation, planned: PlannedExecution | null) {
  return {
    version: 4,
    ...common(project, evaluation),
    ...cycles(evaluation),
    execution_plan: planned === null ? [] : [planEntry(planned)],
    protocols: protocolEntries(project, evaluation),
    ...awaitedEntries(evaluation),
  };
}

/** `run --dry-run --json`, version 1. */
export function runEnvelope(
  project: OpenProject,
  evaluation: Evaluation,
  aim: Aim,
  plan: readonly (ProjectedExecution & { planned: PlannedExecution | null })[],
  awaited: readonly AwaitedDecision[],
) {
  return {
    version: 1,
    ...common(project, evaluation),
    ...aimEntry(aim),
    ...cycles(evaluation),
    execution_plan: plan.map(({ candidate, projection, planned }) => ({
      ...(planned === null ? projectedEntry(candidate) : planEntry(planned)),
      projection,
    })),
    protocols: protocolEntries(project, evaluation),
    ...awaitedEntries(evaluation),
    ...(awaited.length > 0 && { projected_decisions: awaited.map(projectedAwaitedEntry) }),
  };
}

function common(project: OpenProject, evaluation: Evaluation) {
  return { methodology: project.methodology.name, ...pastPoint(project), scan_warnings: scanWarnings(evaluation) };
}

function cycles({ cycles }: Evaluation) {
  const [first] = cycles;
  return { ...(first !== undefined && { cycle: first }), ...(cycles.length > 1 && { cycles }) };
}

function protocolEntries(project: OpenProject, evaluation: Evaluation) {
  const { ready, blocked, waiting } = byStatus(evaluation);
  return [...ready, ...blocked, ...waiting].map((candidate) => protocolEntry(project, evaluation, candidate));
}

function protocolEntry(project: OpenProject, evaluation: Evaluation, candidate: EvaluatedCandidate) {
  const { protocol, readiness, triggerSatisfied, attempt } = candidate;
  return {
    name: protocol.name,
    ...workUnitEntry(candidate),
    status: readiness.status,
    trigger: triggerSatisfied ? "satisfied" : "not_satisfied",
    ...readinessFields(project, candidate),
    reasons: decidingReasons(project.store, evaluation.view, candidate),
    ...lastAttemptEntry(evaluation, candidate),
    ...(attempt !== null && {
      attempt: {
        id: attempt.id,
        started: rfc3339(attempt.startedAt),
        ...(attempt.agent !== null && { pid: attempt.agent.pid }),
      },
    }),
  };
}

function readinessFields(project: OpenProject, { readiness }: EvaluatedCandidate) {
  switch (readiness.status) {
    case "ready": {
      const inputs = readiness.inputs.map(({ instance, relationship }) => ({
        artifact_type: instance.type,
        instance_id: instance.id,
        path: displayPath(project.root, instancePath(project, instance.type, instance.id)),
        relationship,
      }));
      return inputs.length === 0 ? {} : { inputs };
    }
    case "blocked":
      return {
        precondition_failures: readiness.failures.map(({ artifactType, reason }) => ({
          artifact_type: artifactType,
          reason,
        })),
      };
    case "waiting":
      return { unsatisfied_conditions: readiness.conditions.map(conditionText) };
  }
}

function planEntry({ candidate, trigger, mcpConfig, context }: PlannedExecution) {
  return {
    protocol: candidate.protocol.name,
    ...workUnitEntry(candidate),
    trigger,
    mcp_config: mcpConfig,
    context: {
      protocol: context.protocol,
      work_unit: context.workUnit,
      instructions: context.instructions,
      inputs: context.inputs.map((input) => ({
        artifact_type: input.artifactType,
        instance_id: input.instanceId,
        display_path: input.displayPath,
        content_hash: input.contentHash,
        relationship: input.relationship,
      })),
      expected_outputs: {
        produces: context.produces,
        may_produce: context.mayProduce,
        ...(context.choices.length > 0 && {
          required_output_choices: context.choices.map(({ name, members }) => ({ name, members })),
        }),
      },
    },
  };
}

function projectedEntry(candidate: EvaluatedCandidate) {
  return {
    protocol: candidate.protocol.name,
    ...workUnitEntry(candidate),
    trigger: triggerText(candidate.protocol.trigger),
  };
}
