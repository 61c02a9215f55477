import type { EventBody, Json, Store } from "@runa/store";
import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import { staleReasons } from "./deciding.ts";
import type { ChangedBy, ChangedInput, Reason } from "./reason.ts";

/** So many reasons stand in an event. */
const TOLD = 20;

/** The kinds of reasons that an event tells, each with its members, and of these those that may be left out. */
const MEMBERS = {
  input_changed: ["artifact_type", "instance_id", "change", "from", "to", "origin"],
  inputs_changed: ["artifact_type", "more"],
  input_newer: ["artifact_type", "instance_id", "content_hash", "origin"],
  said_again: ["artifact_type", "instance_id", "content_hash", "origin"],
  output_missing: ["artifact_type"],
  output_broken: ["artifact_type", "instance_id", "status"],
  choice_open: ["choice", "members", "present"],
} as const satisfies { readonly [K in Reason["kind"]]?: readonly string[] };

type Told = keyof typeof MEMBERS;

/** Why a candidate that had succeeded is executed again, for the log: names and hashes, nothing of any content. */
export function reopenedBy(store: Store, evaluation: Evaluation, candidate: EvaluatedCandidate): Json[] {
  return staleReasons(store, evaluation, candidate)
    .filter((reason) => isTold(reason.kind))
    .slice(0, TOLD)
    .map((reason): Json => {
      const kept: readonly string[] = ["kind", ...MEMBERS[reason.kind as Told]];
      return Object.fromEntries(Object.entries(reason).filter(([name]) => kept.includes(name))) as Json;
    });
}

/** What a `reopened` event tells. Rows may have been written by another runa, or edited by hand: what is no reason is left out. */
export function reopeningReasons({ because, last_success }: EventBody): Reason[] {
  const since = { attempt: typeof last_success === "string" ? last_success : "" };
  return list(because)
    .map(members)
    .flatMap((told): Reason[] => {
      const { kind, artifact_type, instance_id, change, from, to, content_hash, more, status, choice } = told;
      switch (kind) {
        case "inputs_changed":
          return isText(artifact_type)
            ? [{ kind, artifact_type, since, ...(typeof more === "number" && { more }) }]
            : [];
        case "output_missing":
          return isText(artifact_type) ? [{ kind, artifact_type, delivered_before: true }] : [];
        case "choice_open":
          return isText(choice) ? [{ kind, choice, members: texts(told.members), present: texts(told.present) }] : [];
      }
      if (!isText(artifact_type) || !isText(instance_id)) return [];
      const instance = { artifact_type, instance_id };
      const origin = originIn(members(told.origin));
      switch (kind) {
        case "input_changed":
          return [
            {
              kind,
              ...instance,
              change: isChange(change) ? change : "modified",
              ...(isText(from) && { from }),
              ...(isText(to) && { to }),
              origin,
              since,
            },
          ];
        case "input_newer":
        case "said_again":
          return isText(content_hash) ? [{ kind, ...instance, content_hash, origin }] : [];
        case "output_broken":
          return status === "invalid" || status === "malformed" || status === "stale"
            ? [{ kind, ...instance, status }]
            : [];
        default:
          return [];
      }
    });
}

function originIn({ by, attempt, protocol, work_unit, at }: Members): ChangedBy {
  const when = isText(at) ? { at } : {};
  if (by !== "attempt" || !isText(attempt) || !isText(protocol))
    return { by: by === "server" ? "server" : "hand", ...when };
  return { by, attempt, protocol, ...(isText(work_unit) && { work_unit }), ...when };
}

function isTold(kind: Reason["kind"]): kind is Told {
  return Object.hasOwn(MEMBERS, kind);
}

const CHANGES: readonly Json[] = ["new", "modified", "spoilt", "removed"];

function isChange(value: Json | undefined): value is ChangedInput["change"] {
  return value !== undefined && CHANGES.includes(value);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

function texts(value: Json | undefined): string[] {
  return list(value).filter(isText);
}

type Members = Readonly<Record<string, Json | undefined>>;

function members(value: Json | undefined): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
