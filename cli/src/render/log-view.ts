import {
  durationText,
  type EventBody,
  type EventKind,
  type Json,
  type LogEvent,
  loggedOutcomeText,
  reopeningReasons,
  shortAttemptId,
  visible,
} from "@runa/engine";
import { localTime } from "./local-time.ts";
import { shortReasons } from "./reason-text.ts";
import { out } from "./style.ts";
import { tokensText, usdText } from "./usage-text.ts";

/** The longest kind's. */
const KIND_WIDTH = 19;
const ATTEMPT_WIDTH = shortAttemptId("-".repeat(36)).length;

/** An event on one line for people: when (local time), in which attempt, what, and what matters of it. */
export function eventLine({ at, kind, attempt, body }: LogEvent): string {
  return [
    out("dim", localTime(at)),
    shortAttemptId(visible(attempt ?? "")).padEnd(ATTEMPT_WIDTH),
    coloured(kind, body),
    visible(DETAIL[kind]?.(body) ?? "").trim(),
  ]
    .join("  ")
    .trimEnd();
}

function coloured(kind: EventKind, { outcome }: EventBody): string {
  const text = visible(kind).padEnd(KIND_WIDTH);
  if (kind === "delivery_refused") return out("yellow", text);
  if (kind === "delivery_accepted") return out("green", text);
  if (kind === "attempt_ended") return out(outcome === "delivered" ? "green" : "red", text);
  return text;
}

const DETAIL: Readonly<Record<EventKind, (body: EventBody) => string>> = {
  project_initialised: ({ methodology, runa_version }) => `${word(methodology)}, by runa ${word(runa_version)}`,
  methodology_changed: ({ methodology, fingerprint }) => `${word(methodology)} ${shortHash(fingerprint)}`,
  scanned,
  attempt_started: (body) => candidate(body) + rest(body),
  attempt_ended: attemptEnded,
  delivery_accepted: (body) =>
    `${instance(body)}${body.via === "confirmed" ? " (confirmed unchanged)" : ""}${workUnit(body)}`,
  delivery_refused: refused,
  superseded: instance,
  withdrawn: instance,
  run_started: (body) => rest(body).replace(/^, /, ""),
  run_ended: (body) => [word(body.outcome), rest(body)].join("").replace(/^, /, ""),
  claimed: (body) => `${candidate(body)}${body.adopted === true ? ", adopted" : ""}${owner(body.owner)}`,
  released: (body) => `${candidate(body)}, freed by hand${formerOwner(body.owner)}`,
  reopened: (body) => `${candidate(body)}${because(body)}`,
};

/** Members of a body that a line says already, or that say nothing to people. */
const SAID = new Set(["protocol", "work_unit", "outcome", "run"]);

/** Every other member that is a plain value, as `, name value`. */
function rest(body: EventBody): string {
  return Object.entries(body)
    .filter(([name, value]) => !SAID.has(name) && !name.endsWith("_hash") && typeof value !== "object")
    .map(([name, value]) => `, ${name.replaceAll("_", " ")} ${word(value)}`)
    .join("");
}

/** The outcome and its reason; what was delivered all the same stands apart from that. */
function attemptEnded(body: EventBody): string {
  const why = loggedOutcomeText(body)
    .map((line) => line.trim())
    .join("; ");
  const done = delivered(body.delivered);
  const failed = body.outcome !== "delivered";
  return `${candidate(body)}: ${word(body.outcome)}${failed && why !== "" ? `: ${why}` : ""}${
    failed && done !== "" ? `; it had delivered ${done}` : done && `, ${done}`
  }${!failed && why !== "" ? ` (${why})` : ""}${spent(body)}`;
}

/** How long an attempt took, and what its agent told of costs and tokens: `; 12.3 s, 0.02 USD, 45.2k tokens`. */
function spent({ duration_ms, usage }: EventBody): string {
  const { cost_usd, tokens } = members(usage);
  const parts = [
    ...(typeof duration_ms === "number" ? [durationText(duration_ms)] : []),
    ...(typeof cost_usd === "number" ? [usdText(cost_usd)] : []),
    ...(typeof tokens === "number" ? [`${tokensText(tokens)} tokens`] : []),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

const CHANGES = ["new", "modified", "revalidated", "removed"] as const;
/** So many changed instances are named on a scan's line. */
const NAMED = 3;

function scanned(body: EventBody): string {
  const counts = CHANGES.filter((change) => body[change] !== 0).map((change) => `${word(body[change])} ${change}`);
  const changes = list(body.changes);
  const named = changes.slice(0, NAMED).map((change) => list(change).slice(1, 3).map(word).join("/"));
  return `${counts.join(", ")}: ${named.join(", ")}${changes.length > NAMED ? ", …" : ""}`;
}

function refused(body: EventBody): string {
  const violations = list(body.violations);
  const [first] = violations.map(members);
  const more = Number(body.violation_count) - 1;
  const what = body.artifact_type === undefined ? "" : `${word(body.artifact_type)}: `;
  if (first === undefined) return `${what}${word(body.reason)}`;
  const expected = `${first.path === "" ? "" : `${word(first.path)} `}expected ${word(first.expected)}`;
  return `${what}${word(body.reason)}: ${expected}${more > 0 ? `, and ${more} more` : ""}`;
}

function candidate(body: EventBody): string {
  return `${word(body.protocol)}${workUnit(body)}`;
}

function workUnit({ work_unit }: EventBody): string {
  return work_unit === undefined ? "" : ` (work unit ${word(work_unit)})`;
}

function instance({ artifact_type, instance_id }: EventBody): string {
  return `${word(artifact_type)}/${word(instance_id)}`;
}

function delivered(deliveries: Json | undefined): string {
  const named = list(deliveries).map((delivery) => instance(members(delivery)));
  return named.join(", ");
}

function owner(value: Json | undefined): string {
  const { pid } = members(value);
  return pid === undefined ? "" : `, by process ${word(pid)}`;
}

/** Whose the attempt was until then. */
function formerOwner(value: Json | undefined): string {
  const { pid, machine } = members(value);
  if (pid === undefined) return "";
  return `; process ${word(pid)}${machine === undefined ? "" : ` of machine ${word(machine).slice(0, 12)}`} had it`;
}

/** Why it is executed again, where that is told. */
function because(body: EventBody): string {
  const reasons = reopeningReasons(body);
  return reasons.length === 0 ? "" : `, because ${shortReasons(reasons)}`;
}

function shortHash(value: Json | undefined): string {
  return word(value)
    .replace(/^sha256:/, "")
    .slice(0, 12);
}

// Rows may have been written by another runa, or edited by hand: whatever stands in them, a line is shown.
function word(value: Json | undefined): string {
  return typeof value === "object" ? "" : String(value ?? "");
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function members(value: Json | undefined): EventBody {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as EventBody) : {};
}
