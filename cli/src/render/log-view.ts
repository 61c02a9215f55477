import { count, durationText, visible } from "@runa/engine";
import { shortAttemptId } from "@runa/engine/attempts";
import { type EventBodies, type EventKind, type LogEvent, loggedOutcomeText, reopeningReasons } from "@runa/engine/log";
import { localTime } from "./local-time.ts";
import { shortReasons } from "./reason-text.ts";
import { sizeText } from "./size-text.ts";
import { out } from "./style.ts";
import { tokensText, usdText } from "./usage-text.ts";

/** The longest kind's. */
const KIND_WIDTH = 19;
const ATTEMPT_WIDTH = shortAttemptId("-".repeat(36)).length;

/** An event on one line for people: when (local time), in which attempt, what, and what matters of it. */
export function eventLine(event: LogEvent): string {
  const { at, attempt } = event;
  return [
    out("dim", localTime(at)),
    shortAttemptId(visible(attempt ?? "")).padEnd(ATTEMPT_WIDTH),
    coloured(event),
    visible(event.known ? detail(event.kind, event.body) : plainMembers(event.body)).trim(),
  ]
    .join("  ")
    .trimEnd();
}

function coloured(event: LogEvent): string {
  const text = visible(event.kind).padEnd(KIND_WIDTH);
  if (!event.known) return text;
  if (event.kind === "delivery_refused" || event.kind === "decision_refused") return out("yellow", text);
  if (event.kind === "delivery_accepted") return out("green", text);
  if (event.kind === "attempt_ended") return out(event.body.outcome === "delivered" ? "green" : "red", text);
  return text;
}

const DETAIL: { readonly [Kind in EventKind]: (body: EventBodies[Kind]) => string } = {
  project_initialised: ({ methodology, runa_version }) => `${methodology}, by runa ${runa_version}`,
  methodology_changed: ({ methodology, fingerprint }) => `${methodology} ${shortHash(fingerprint)}`,
  scanned,
  attempt_started: ({ pid, ...body }) => `${candidate(body)}, pid ${pid}`,
  attempt_ended: attemptEnded,
  delivery_accepted: (body) => `${instance(body)}${VIA[body.via]}${workUnit(body)}`,
  delivery_refused: refused,
  superseded: instance,
  withdrawn: instance,
  run_started: (body) => `jobs ${body.jobs}, pid ${body.pid}${aims(body)}`,
  run_ended: ({ outcome, attempts, delivered, failed, pid }) =>
    `${outcome}, attempts ${attempts}, delivered ${delivered}, failed ${failed}, pid ${pid}`,
  claimed: (body) => `${candidate(body)}${body.adopted ? ", adopted" : ""}, by process ${body.owner.pid}`,
  released: (body) => `${candidate(body)}, freed by hand; ${formerOwner(body.owner)}`,
  reopened: (body) => `${candidate(body)}${byWhom(body)}${because(body)}`,
  decision: (body) => `${instance(body.subject)} ${body.decision} by ${body.by}${workUnit(body)}, ${instance(body)}`,
  gates_changed: ({ acceptance, hash }) =>
    acceptance === undefined ? hash : `${hash}, accepted by ${acceptance.by.name}`,
  checkpoint: ({ through, state, reason }) => `${CHECKPOINT[reason]}up to event ${through}: ${shortHash(state)}`,
  decision_refused: ({ verb }) => `${verb}: only people do that, and not inside an attempt`,
  accepted: (body) => `${candidate(body)}${byWhom(body)}: ${body.note}`,
  pruned: ({ contents, bytes, ...body }) => `${count(contents, "content")}, ${sizeText(bytes)}${byWhom(body)}`,
  forgotten: ({ content_hash, note, ...body }) => `content ${shortHash(content_hash)}${byWhom(body)}: ${note}`,
  audited: (body) => `${instance(body)}${body.removed ? ", taken away" : ""}`,
};

/** Why a state was kept. */
const CHECKPOINT = {
  count: "the state ",
  upgrade: "runa was brought up to date; the state ",
  rebuild: "the store was made anew; the state ",
} as const;

/** What a run aimed at, after a comma. */
function aims({ aims = [], until }: EventBodies["run_started"]): string {
  if (until !== undefined) return `, until ${until}`;
  return aims.length === 0 ? "" : `, for ${aims.join(", ")}`;
}

/** The person who decided it, after a comma. */
function byWhom({ actor }: Pick<EventBodies["accepted"], "actor">): string {
  return actor?.kind === "person" ? `, by ${actor.name}` : "";
}

function detail<Kind extends EventKind>(kind: Kind, body: EventBodies[Kind]): string {
  return DETAIL[kind](body);
}

/** What there is to say of an event that another runa wrote, or somebody edited: its plain members, `name value`. */
function plainMembers(body: (LogEvent & { known: false })["body"]): string {
  return Object.entries(body)
    .filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`)
    .join(", ");
}

/** The outcome and its reason; what was delivered all the same stands apart from that. */
function attemptEnded(body: EventBodies["attempt_ended"]): string {
  const why = loggedOutcomeText(body)
    .map((line) => line.trim())
    .join("; ");
  const done = (body.delivered ?? []).map(instance).join(", ");
  const failed = body.outcome !== "delivered";
  return `${candidate(body)}: ${body.outcome}${failed && why !== "" ? `: ${why}` : ""}${
    failed && done !== "" ? `; it had delivered ${done}` : done && `, ${done}`
  }${!failed && why !== "" ? ` (${why})` : ""}${spent(body)}`;
}

/** How long an attempt took, and what its agent told of costs and tokens: `; 12.3 s, 0.02 USD, 45.2k tokens`. */
function spent({ duration_ms, usage = {} }: EventBodies["attempt_ended"]): string {
  const { cost_usd, tokens } = usage;
  const parts = [
    ...(duration_ms === undefined ? [] : [durationText(duration_ms)]),
    ...(cost_usd === undefined ? [] : [usdText(cost_usd)]),
    ...(tokens === undefined ? [] : [`${tokensText(tokens)} tokens`]),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

/** How something was delivered, where that is not by a call of an attempt's server or as its file. */
const VIA: Readonly<Record<EventBodies["delivery_accepted"]["via"], string>> = {
  tool: "",
  file: "",
  confirmed: " (confirmed unchanged)",
  hand: " (by hand)",
};

const CHANGES = ["new", "modified", "revalidated", "removed"] as const;
/** So many changed instances are named on a scan's line. */
const NAMED = 3;

function scanned({ changes, gaps, ...counts }: EventBodies["scanned"]): string {
  const counted = CHANGES.filter((change) => counts[change] !== 0).map((change) => `${counts[change]} ${change}`);
  const named = changes.slice(0, NAMED).map(([, type, id]) => `${type}/${id}`);
  const found = `${counted.join(", ")}: ${named.join(", ")}${changes.length > NAMED ? ", …" : ""}`;
  const unread = gaps === undefined ? "" : gaps.length === 0 ? "all can be read again" : `${gaps.length} not readable`;
  return [...(changes.length === 0 ? [] : [found]), ...(unread === "" ? [] : [unread])].join("; ");
}

function refused(body: EventBodies["delivery_refused"]): string {
  const { reason, artifact_type, violations: [first] = [], violation_count = 1 } = body;
  const what = artifact_type === undefined ? reason : `${artifact_type}: ${reason}`;
  if (first === undefined) return what;
  const expected = `${first.path === "" ? "" : `${first.path} `}expected ${first.expected}`;
  return `${what}: ${expected}${violation_count > 1 ? `, and ${violation_count - 1} more` : ""}`;
}

function candidate(body: { readonly protocol: string; readonly work_unit?: string }): string {
  return `${body.protocol}${workUnit(body)}`;
}

function workUnit({ work_unit }: { readonly work_unit?: string }): string {
  return work_unit === undefined ? "" : ` (work unit ${work_unit})`;
}

function instance(body: { readonly artifact_type: string; readonly instance_id: string }): string {
  return `${body.artifact_type}/${body.instance_id}`;
}

/** Whose the attempt was until then. */
function formerOwner({ pid, machine }: EventBodies["released"]["owner"]): string {
  return `process ${pid}${machine === undefined ? "" : ` of machine ${machine.slice(0, 12)}`} had it`;
}

/** Why it is executed again, where that is told. */
function because(body: EventBodies["reopened"]): string {
  const reasons = reopeningReasons(body);
  return reasons.length === 0 ? "" : `, because ${shortReasons(reasons)}`;
}

function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, "").slice(0, 12);
}
