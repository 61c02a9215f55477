import type { Instance, ScanGap } from "@runa/store";
import type { Diagnostic } from "../diagnostic.ts";
import { type Evaluation, type PreconditionFailure, preconditionFailures } from "../evaluate/evaluate.ts";
import { executionOrder } from "../methodology/graph.ts";
import { lint } from "../methodology/lint.ts";
import { evaluateScope, workUnitsOf } from "./look.ts";
import type { OpenProject } from "./project.ts";

/** The instances of one artifact type. */
export interface TypeHealth {
  readonly type: string;
  readonly total: number;
  readonly valid: number;
  readonly unhealthy: readonly Instance[];
}

/** Everything that `doctor` looks at. */
export interface Examination {
  readonly findings: readonly Diagnostic[];
  readonly health: readonly TypeHealth[];
  readonly gaps: readonly ScanGap[];
  readonly unrecognized: readonly string[];
  readonly readiness: readonly { readonly protocol: string; readonly failures: readonly PreconditionFailure[] }[];
  /** Candidates whose outputs were made under another declaration, instructions or schemas. */
  readonly otherInstructions: readonly { readonly protocol: string; readonly workUnit: string | null }[];
  readonly cycles: readonly (readonly string[])[];
  readonly problems: number;
  readonly warnings: number;
}

/** Examines a project's health (contract.md section 6, `doctor`). */
export async function examine(
  project: OpenProject,
  evaluation: Evaluation,
  unrecognized: readonly string[],
): Promise<Examination> {
  const { methodology } = project;
  const findings = await lint(methodology);
  const { gaps, view } = evaluation;
  const health = [...methodology.types.keys()].map((type): TypeHealth => {
    const all = view.snapshot.instances.get(type) ?? [];
    const unhealthy = all.filter(({ status }) => status !== "valid");
    return { type, total: all.length, valid: all.length - unhealthy.length, unhealthy };
  });
  const readiness = methodology.protocols.flatMap((protocol) => {
    const failures = preconditionFailures(evaluation, protocol);
    return failures.length === 0 ? [] : [{ protocol: protocol.name, failures }];
  });
  const { cycles } = executionOrder(methodology);
  const unhealthy = health.reduce((sum, { unhealthy }) => sum + unhealthy.length, 0);
  return {
    findings,
    health,
    gaps,
    unrecognized,
    readiness,
    otherInstructions: [null, ...workUnitsOf(evaluation)].flatMap((workUnit) =>
      madeOtherwise(project, evaluation, workUnit),
    ),
    cycles,
    problems:
      findings.filter(({ severity }) => severity === "problem").length +
      unhealthy +
      gaps.length +
      readiness.length +
      cycles.length,
    warnings: findings.filter(({ severity }) => severity === "warning").length,
  };
}

function madeOtherwise(project: OpenProject, evaluation: Evaluation, workUnit: string | null) {
  const { candidates, view } = evaluateScope(project, evaluation, workUnit);
  return candidates.flatMap(({ protocol, outputs }) => {
    const success = view.snapshot.lastSuccesses.get(protocol.name);
    const otherwise = outputs.complete && success !== undefined && success.fingerprint !== protocol.fingerprint;
    return otherwise ? [{ protocol: protocol.name, workUnit }] : [];
  });
}

/** Every instance of a declared type that is not valid, as the last scan left it. */
export function unhealthyInstances({ view }: Evaluation): Instance[] {
  return [...view.snapshot.instances.values()].flat().filter(({ status }) => status !== "valid");
}
