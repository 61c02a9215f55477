import { durationText, visible } from "@runa/engine";
import { shortAttemptId } from "@runa/engine/attempts";
import type { MadeContent, TracedAttempt, TracedDecision } from "@runa/engine/audit";
import { candidateName } from "../candidate-name.ts";
import { localTimeOf } from "../local-time.ts";
import { tokensText, usdText } from "../usage-text.ts";

/** `design/d1`, as it can be shown. */
export function contentName({ artifact_type, instance_id }: Omit<MadeContent, "made">): string {
  return visible(`${artifact_type}/${instance_id}`);
}

/** The beginning of a hash, by which people tell contents apart. */
export function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, "").slice(0, 12);
}

/** Who made a content, as a sentence without its subject. */
export function madeBy({ made }: MadeContent, attempt: TracedAttempt | null): string {
  switch (made.by) {
    case "attempt": {
      const how = made.via === "file" ? ", as a file" : "";
      const id = shortAttemptId(visible(made.attempt));
      if (attempt === null) return `made by attempt ${id}${how}, of which nothing is on record`;
      return `made by ${candidateName(attempt.protocol, attempt.work_unit ?? null)}, attempt ${id}${how}`;
    }
    case "runa":
      return `written by runa: the record of attempt ${shortAttemptId(visible(made.attempt))}`;
    case "person":
      return `decided by ${visible(made.name)}, ${localTimeOf(made.at)}`;
    case "server":
      return "made by hand, through runa-mcp";
    case "hand":
      return `from outside: put there by hand${made.at === undefined ? "" : `, ${localTimeOf(made.at)}`}`;
  }
}

/** How an attempt ended, when, and what it took. */
export function attemptFacts(attempt: TracedAttempt): string {
  const { outcome, accepted, started, duration_ms, usage = {} } = attempt;
  return [
    outcome ?? "not ended",
    ...(accepted === undefined
      ? []
      : [`accepted${accepted.by === undefined ? "" : ` by ${visible(accepted.by.name)}`}`]),
    localTimeOf(started),
    ...(duration_ms === undefined ? [] : [durationText(duration_ms)]),
    ...(usage.cost_usd === undefined ? [] : [usdText(usage.cost_usd)]),
    ...(usage.tokens === undefined ? [] : [`${tokensText(usage.tokens)} tokens`]),
  ].join(", ");
}

/** Who had an attempt executed, and by which agent. */
export function attemptAgent({ ran_by, agent, usage }: TracedAttempt): string {
  const model = usage?.model === undefined ? "" : ` (${visible(usage.model)})`;
  const who = ran_by === undefined ? "" : `run by ${visible(ran_by.name)}, `;
  return `${who}agent ${visible(agent.join(" "))}${model}`;
}

/** What a person decided: `approved by anna, 2026-03-02 10:12:00 (legal-approval/0195…)`. */
export function decisionText({ decision, by, at, key, stands, why, ...file }: TracedDecision): string {
  const signed = key === undefined ? "" : `, signed with ${visible(key)}`;
  const because = why === undefined ? "" : `${stands ? "; " : ": "}${visible(why)}`;
  return `${decision} by ${visible(by)}, ${localTimeOf(at)} (${contentName(file)})${signed}${stands ? "" : ", does not stand any more"}${because}`;
}
