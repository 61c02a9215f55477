import { decidingReasons, type EvaluatedCandidate, type Evaluation, triggerText, visible } from "@runa/engine";
import { byStatus, type Reason, scanWarnings } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { type OpenProject, unhealthyInstances } from "@runa/engine/project";
import { type KeptFlags, runningText, sinceText } from "./attempt-view.ts";
import { awaitedText } from "./awaited-view.ts";
import { agoText } from "./local-time.ts";
import { shortReason, shortReasons, waitText } from "./reason-text.ts";
import { columns, out } from "./style.ts";

/** How many artifacts a warning names. */
const NAMED = 3;

const STATUSES = ["running", "ready", "blocked", "waiting"] as const;
const HEADINGS = {
  running: ["cyan", "RUNNING"],
  ready: ["green", "READY"],
  blocked: ["red", "BLOCKED"],
  waiting: ["yellow", "WAITING"],
} as const;

/** The grouped READY / BLOCKED / WAITING view of a scope; what is being executed stands apart, before them. */
export function stateText(project: OpenProject, evaluation: Evaluation, flags: KeptFlags): string[] {
  const told = (candidate: EvaluatedCandidate) => candidateText(project, evaluation, candidate, flags);
  const groups = groupsOf(evaluation);
  const { methodology, workUnit } = evaluation;
  const awaited = awaitedText(evaluation, flags);
  const scope = workUnit === null ? "unscoped" : `work unit ${visible(workUnit)}`;
  const counts = STATUSES.filter((status) => status !== "running" || groups.running.length > 0).map(
    (status) => `${groups[status].length} ${HEADINGS[status][1]}`,
  );
  return [
    `${out("bold", visible(methodology.name))}  ${scope}: ${counts.join(", ")}`,
    ...[...scanWarnings(evaluation), ...unhealthyWarning(evaluation)].map(
      (warning) => `${out("yellow", "warning:")} ${warning}`,
    ),
    ...STATUSES.flatMap((status) => groupText(status, groups[status].flatMap(told))),
    ...(awaited.length === 0 ? [] : ["", ...awaited]),
  ];
}

function groupsOf(evaluation: Evaluation): Record<(typeof STATUSES)[number], EvaluatedCandidate[]> {
  const { ready, blocked, waiting } = byStatus(evaluation);
  const idle = (candidates: readonly EvaluatedCandidate[]) => candidates.filter(({ attempt }) => attempt === null);
  const running = evaluation.candidates.filter(({ attempt }) => attempt !== null);
  return { running, ready: idle(ready), blocked: idle(blocked), waiting: idle(waiting) };
}

/** Names what is there and does not count: whoever wrote it waits for what it should bring about. */
function unhealthyWarning(evaluation: Evaluation): string[] {
  const unhealthy = unhealthyInstances(evaluation).filter((one) => evaluation.view.inScope(one.type).includes(one));
  if (unhealthy.length === 0) return [];
  const named = unhealthy.slice(0, NAMED).map(({ type, id, status }) => `${visible(type)}/${visible(id)} is ${status}`);
  const more = unhealthy.length > NAMED ? `, and ${unhealthy.length - NAMED} more` : "";
  return [`${named.join(", ")}${more}; \`runa doctor\` says why`];
}

function groupText(status: keyof typeof HEADINGS, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const [colour, heading] = HEADINGS[status];
  return ["", out(colour, heading), ...lines];
}

function candidateText(
  { store, past }: OpenProject,
  { view }: Evaluation,
  candidate: EvaluatedCandidate,
  flags: KeptFlags,
): string[] {
  const { protocol, attempt, freshness } = candidate;
  const running =
    attempt === null ? "" : `  ${out("cyan", past === undefined ? runningText(attempt, flags) : sinceText(attempt))}`;
  const reasons = decidingReasons(store, view, candidate);
  const last = view.lastAttempt(protocol);
  const failed = last === undefined || last.outcome === "delivered" || freshness.current ? null : last;
  const ago = failed?.startedAt === undefined ? "" : `, ${agoText(failed.startedAt)}`;
  return [
    `  ${out("bold", visible(protocol.name))}${running}`,
    ...columns(
      [
        // While an attempt runs, it is not for outputs that are current that it is where it is.
        ...readinessRows(
          candidate,
          attempt === null ? reasons : reasons.filter(({ kind }) => kind !== "current"),
          flags,
        ),
        ...(failed === null ? [] : [["last attempt", `${failed.outcome}${ago}: ${shortAttemptId(failed.id)}`]]),
      ],
      "    ",
    ),
  ];
}

function readinessRows(
  { protocol, readiness }: EvaluatedCandidate,
  reasons: readonly Reason[],
  flags: KeptFlags,
): string[][] {
  switch (readiness.status) {
    case "ready":
      return [
        ["because", shortReasons(reasons)],
        ["trigger", visible(triggerText(protocol.trigger))],
        ...readiness.inputs.map(({ instance, relationship }) => [
          relationship,
          `${visible(instance.type)}/${visible(instance.id)}`,
        ]),
      ];
    case "blocked":
      return reasons.map((reason) => [
        reason.kind === "lacks_input" ? reason.named_by : "because",
        shortReason(reason),
      ]);
    case "waiting":
      return [
        ["trigger", visible(triggerText(protocol.trigger))],
        ...reasons.map((reason) => [reason.kind === "current" ? "because" : "waits for", waitText(reason, flags)]),
      ];
  }
}
