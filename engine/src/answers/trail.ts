import type { Instance } from "@runa/store";
import type { InstanceState } from "@runa/store/attempts";
import { type LoggedDecision, logHead, recordedAttemptOf } from "@runa/store/log";
import { type MadeContent, type Trail, trailOf } from "../audit/trail.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { instanceNamed, typeNamed } from "./named.ts";
import { scanWarnings } from "./scan-warnings.ts";
import { instancesOf } from "./show.ts";

/** Who made some artifacts, from what, and who approved it (`runa audit`). */
export interface TrailAnswer extends Trail {
  readonly version: 1;
  readonly kind: "trail";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  /** The hash of the log's last event: what `log --verify --expect` takes. */
  readonly log_head: string;
}

/** Which artifacts are asked about; without an instance all of the type, without a type all that nothing here was made from. */
export interface TrailQuery {
  readonly type?: string | undefined;
  readonly instance?: string | undefined;
}

/**
 * Follows artifacts back to the external inputs and the decisions behind them (decisions.md section 5).
 * @throws RunaError for a type or an instance that there is not
 */
export async function trail(project: OpenProject, { type, instance }: TrailQuery): Promise<TrailAnswer> {
  const { methodology, store } = project;
  const named = type === undefined ? null : typeNamed(methodology, type).name;
  const evaluation = await lookAt(project, null);
  const { logged, decisions } = evaluation.view.snapshot;
  const source = {
    store,
    logged,
    recordOf: (one: InstanceState) =>
      methodology.types.get(one.type)?.annotation?.kind === "audit" ? recordedAttemptOf(store, one) : null,
    stands: (decision: LoggedDecision) => decisions !== undefined && isStanding(decisions, decision),
    why: (decision: LoggedDecision) => (decisions === undefined ? null : whyNot(evaluation, decisions, decision)),
  };
  const found = trailOf(source, named === null ? workIn(evaluation) : chosen(evaluation, named, instance));
  return {
    version: 1,
    kind: "trail",
    methodology: methodology.name,
    scan_warnings: scanWarnings(evaluation),
    log_head: logHead(store).hash,
    ...found,
    ...(named === null && { artifacts: lastOf(found) }),
  };
}

function isStanding(decisions: Decisions, { type, id, contentHash, subject }: LoggedDecision): boolean {
  const { approvals, rejections, revocations } = decisions.of(subject).standing;
  return [...approvals, ...rejections, ...revocations].some(
    (one) =>
      one.type === type &&
      one.id === id &&
      one.contentHash === contentHash &&
      one.subject.contentHash === subject.contentHash,
  );
}

/** Why a decision does not stand, or what is wrong with one that does; null where nothing is known of it. */
function whyNot(evaluation: Evaluation, decisions: Decisions, decision: LoggedDecision): string | null {
  const { type, id } = decision.subject;
  const made = decisions.history(decision.subject).find((one) => one.type === decision.type && one.id === decision.id);
  const refused = made === undefined ? null : decisions.whyRefused(made);
  if (made === undefined || refused !== null || isStanding(decisions, decision)) return refused;
  const subject = instancesOf(evaluation, type).find((one) => one.id === id);
  if (subject === undefined) return `${type}/${id} has gone`;
  if (subject.status !== "valid") return `${type}/${id} is ${subject.status}`;
  return subject.contentHash === decision.subject.contentHash ? "replaced" : `${type}/${id} has another content now`;
}

function chosen(evaluation: Evaluation, type: string, instance: string | undefined): readonly Instance[] {
  return instance === undefined ? instancesOf(evaluation, type) : [instanceNamed(evaluation, type, instance)];
}

/** Everything that lies there and is neither a decision nor a record. */
function workIn(evaluation: Evaluation): readonly Instance[] {
  const types = [...evaluation.methodology.types.values()].filter(({ annotation }) => annotation === null);
  return types.flatMap(({ name }) => instancesOf(evaluation, name));
}

/** The artifacts that no attempt on the way was given: the others are told of behind these. */
function lastOf({ artifacts, attempts }: Trail): Trail["artifacts"] {
  const keyOf = ({ artifact_type, instance_id, content_hash }: Omit<MadeContent, "made">) =>
    `${artifact_type}/${instance_id}/${content_hash}`;
  const given = new Set(attempts.flatMap(({ inputs }) => inputs.map(keyOf)));
  return artifacts.filter((artifact) => !given.has(keyOf(artifact)));
}
