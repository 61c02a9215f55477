import { type OpenAttempt, visible } from "@runa/engine";
import { shortAttemptId } from "@runa/engine/attempts";
import { type Whereabouts, whereaboutsOf } from "@runa/engine/process";
import { candidateName } from "./candidate-name.ts";
import { localTime } from "./local-time.ts";

/** What commands that are suggested keep of the one that ran. */
export interface KeptFlags {
  /** Into the same scope of the same project. */
  readonly scope: string;
  /** Into the same project. */
  readonly project: string;
}

/** Who holds a candidate, and what a person can do about it where that cannot be seen. */
export function holderText(attempt: OpenAttempt, flags: Pick<KeptFlags, "project">): string {
  const { id, protocol, workUnit, owner, agent } = attempt;
  const name = candidateName(protocol, workUnit);
  const place = placeText(whereaboutsOf(attempt));
  if (place !== null) return `${name}: runa ${place} executes it, attempt ${id}; ${releaseHint(id, flags)}`;
  const worker = agent === null ? "" : `, its agent pid ${agent.pid}`;
  return `${name}: runa pid ${owner.pid} executes it${worker}, attempt ${id}`;
}

/** Since when an attempt has been running, which is all that is told of one that was open at another time. */
export function sinceText({ startedAt }: OpenAttempt): string {
  return `running since ${localTime(startedAt)}`;
}

/** The same of one that is open now, and who will see to it. */
export function runningText(attempt: OpenAttempt, flags: KeptFlags): string {
  const since = sinceText(attempt);
  const where = whereaboutsOf(attempt);
  if (where.kind === "gone") return `${since}; its runa died: \`runa run${flags.scope}\` takes it over`;
  const place = placeText(where);
  return place === null ? since : `${since} ${place}; ${releaseHint(attempt.id, flags)}`;
}

/** Where a runa is that cannot be seen from here; null for one that can. */
function placeText(where: Whereabouts): string | null {
  switch (where.kind) {
    case "living":
    case "gone":
      return null;
    case "container":
      return "in another container";
    case "hidden":
      return "out of sight";
    case "machine":
      return where.machine === null
        ? "on another machine (or on this one before it was restarted)"
        : `on another machine (id ${shortened(where.machine)})`;
  }
}

/** Machine ids are 32 digits; a few tell which one it is. */
function shortened(machine: string): string {
  return visible(machine.length > 16 ? `${machine.slice(0, 12)}…` : machine);
}

function releaseHint(attempt: string, { project }: Pick<KeptFlags, "project">): string {
  return `if that one is gone: \`runa release ${shortAttemptId(attempt)}${project}\``;
}
