import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { executionOrder } from "../methodology/graph.ts";
import { type Methodology, outputTypesOf, type Protocol } from "../methodology/methodology.ts";
import { primitivesOf } from "../methodology/trigger.ts";
import { evaluateScope } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { scanWarnings } from "./scan-warnings.ts";

/** How protocols and artifact types hang together, and where each protocol stands (`runa graph`). */
export interface GraphAnswer {
  readonly version: 1;
  readonly kind: "graph";
  readonly methodology: string;
  readonly work_unit?: string;
  readonly scan_warnings: readonly string[];
  /** In the order of execution. */
  readonly protocols: readonly GraphProtocol[];
  readonly types: readonly GraphType[];
  readonly edges: readonly GraphEdge[];
  /** Each hard cycle's protocols. */
  readonly cycles: readonly (readonly string[])[];
}

export interface GraphProtocol {
  readonly name: string;
  readonly scoped: boolean;
  /** Left out of a scoped protocol where no work unit is looked at. */
  readonly status?: GraphStatus;
}

/** A candidate's status, told a little finer: whether it is being executed, and whether it waits because it is done. */
export type GraphStatus = "running" | "ready" | "blocked" | "waiting" | "current";

export interface GraphType {
  readonly artifact_type: string;
  readonly total: number;
  readonly valid: number;
  /** The protocols that may write it; empty where only people do. */
  readonly written_by: readonly string[];
}

/** What a protocol has to do with a type. */
export interface GraphEdge {
  readonly protocol: string;
  readonly artifact_type: string;
  /** Into the protocol, or out of it. */
  readonly direction: "in" | "out";
  readonly relation:
    | "requires"
    | "accepts"
    | "on_artifact"
    | "on_change"
    | "on_invalid"
    | "produces"
    | "may_produce"
    | "choice";
  /** `hard`: it orders execution and can make cycles; `soft`: it orders where it can; `trigger`: it calls for the work. */
  readonly strength: "hard" | "soft" | "trigger";
  /** The group of a choice. */
  readonly choice?: string;
}

/**
 * The whole methodology: the protocols that are not scoped, and the scoped ones, which have a status where a work unit is
 * evaluated.
 */
export function graph(project: OpenProject, evaluation: Evaluation): GraphAnswer {
  const { methodology } = project;
  const { workUnit, view } = evaluation;
  const evaluations = workUnit === null ? [evaluation] : [evaluateScope(project, evaluation, null), evaluation];
  const candidates = new Map(evaluations.flatMap(candidatesByName));
  const { order, cycles } = executionOrder(methodology);
  const writers = writersIn(methodology);
  return {
    version: 1,
    kind: "graph",
    methodology: methodology.name,
    ...(workUnit !== null && { work_unit: workUnit }),
    scan_warnings: scanWarnings(evaluation),
    protocols: order.map(({ name, scoped }) => {
      const candidate = candidates.get(name);
      return { name, scoped, ...(candidate !== undefined && { status: statusOf(candidate) }) };
    }),
    types: Array.from(methodology.types.keys(), (type) => {
      const { total, valid } = view.summary(type);
      return { artifact_type: type, total, valid, written_by: writers.get(type) ?? [] };
    }),
    edges: order.flatMap((protocol) => edgesOf(protocol, methodology)),
    cycles,
  };
}

function candidatesByName({ candidates }: Evaluation): [string, EvaluatedCandidate][] {
  return candidates.map((candidate) => [candidate.protocol.name, candidate]);
}

function statusOf({ attempt, readiness, freshness, outputs }: EvaluatedCandidate): GraphStatus {
  if (attempt !== null) return "running";
  return readiness.status === "waiting" && freshness.current && outputs.complete ? "current" : readiness.status;
}

function writersIn({ protocols }: Methodology): Map<string, string[]> {
  const writers = new Map<string, string[]>();
  for (const protocol of protocols)
    for (const type of outputTypesOf(protocol)) writers.set(type, [...(writers.get(type) ?? []), protocol.name]);
  return writers;
}

function edgesOf(protocol: Protocol, { protocols }: Methodology): GraphEdge[] {
  const { name, requires, accepts, trigger, produces, mayProduce, choices } = protocol;
  const edge = (
    direction: GraphEdge["direction"],
    relation: GraphEdge["relation"],
    strength: GraphEdge["strength"],
    type: string,
  ): GraphEdge => ({ protocol: name, artifact_type: type, direction, relation, strength });
  // A type that protocols only may write holds nobody up (contract.md section 5).
  const strengthOf = (type: string) =>
    protocols.some((one) => outputTypesOf(one).includes(type)) && !protocols.some((one) => one.produces.includes(type))
      ? "soft"
      : "hard";
  const primitives = new Map(
    primitivesOf(trigger).map((primitive) => [`${primitive.type} ${primitive.name}`, primitive]),
  );
  return [
    ...requires.map((type) => edge("in", "requires", strengthOf(type), type)),
    ...accepts.map((type) => edge("in", "accepts", "soft", type)),
    ...[...primitives.values()].map(({ type: relation, name }) => edge("in", relation, "trigger", name)),
    ...produces.map((type) => edge("out", "produces", "hard", type)),
    ...choices.flatMap(({ name: choice, members }) =>
      members.map((type) => ({ ...edge("out", "choice", "soft", type), choice })),
    ),
    ...mayProduce.map((type) => edge("out", "may_produce", "soft", type)),
  ];
}
