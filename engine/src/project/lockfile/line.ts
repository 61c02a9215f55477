import type { ContentHash, InstanceId, WorkUnit } from "@runa/store";
import { isOutcome, type OutcomeId, type SeenType } from "@runa/store/attempts";
import { visible } from "../../visible.ts";

/** What a success of a candidate leaves for other clones to judge its outputs by. */
export interface LockedSuccess {
  readonly attempt: string;
  /** See `Protocol`: another one today voids the record. */
  readonly fingerprint: string;
  /** The hashes of the instructions and of the output's schema that it was made under; null where they are not known. */
  readonly instructions: string | null;
  readonly schema: string | null;
}

const OPEN_REASONS = ["feedback", "reopened"] as const;
export type OpenReason = (typeof OPEN_REASONS)[number];

/** A last attempt that failed. */
export interface LockedFailure {
  readonly attempt: string;
  readonly outcome: OutcomeId;
  /** Digest of the owed outputs that lay there when it ended; null where nobody looked. */
  readonly left: string | null;
}

/** One line of a lock file: an output, whose it is, and what that candidate's attempts came to. */
export interface LockLine {
  readonly type: string;
  readonly id: InstanceId;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly content: ContentHash;
  /** `attempt`: up to its last success an attempt wrote it; `since`: a failed one did since; `hand`: nobody here did. */
  readonly by: Maker;
  readonly success: LockedSuccess | null;
  /** What the success saw of each type that its protocol reads; without one, what is not newer than the outputs. */
  readonly inputs: ReadonlyMap<string, SeenType>;
  /** Of each type that an `on_change` names the instances that are not newer than the outputs: content by id. */
  readonly notNewer: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Why it is to be done again whatever its inputs are: feedback that it has not answered, or somebody's word. */
  readonly open: OpenReason | null;
  readonly failed: LockedFailure | null;
}

const MAKERS = ["attempt", "since", "hand"] as const;
export type Maker = (typeof MAKERS)[number];

/** The version that this runa writes, and the only one that it reads. */
export const LOCK_VERSION = 1;
export const HEADER = JSON.stringify({ runa_lock: LOCK_VERSION });

/** A line that cannot be used, with the reason in words. */
export class LineError extends Error {}

/** A line as it stands in the file. The output comes first, so that lines sort by it. */
export function lineText(one: LockLine): string {
  const { type, id, protocol, workUnit, content, by, success, inputs, notNewer, open, failed } = one;
  const line = {
    output: `${type}/${id}`,
    protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
    ...(success !== null && { attempt: success.attempt }),
    content,
    ...(by !== "attempt" && { by }),
    ...(success !== null && {
      ...(success.instructions !== null && { instructions: success.instructions }),
      ...(success.schema !== null && { schema: success.schema }),
      fingerprint: success.fingerprint,
    }),
    inputs: Object.fromEntries(sorted(inputs).map(([read, seen]) => [read, seenJson(seen)])),
    ...(notNewer.size > 0 && {
      not_newer: Object.fromEntries(sorted(notNewer).map(([read, known]) => [read, Object.fromEntries(sorted(known))])),
    }),
    ...(open !== null && { open }),
    ...(failed !== null && { failed: failureJson(failed) }),
  };
  return JSON.stringify(line);
}

function failureJson({ attempt, outcome, left }: LockedFailure): object {
  return { attempt, outcome, ...(left !== null && { left }) };
}

/** Mostly every instance is valid, and one hash says both. */
function seenJson({ valid, all }: SeenType): string | SeenType {
  return valid === all ? all : { valid, all };
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Reads a line that a file holds.
 * @throws LineError for one that this version does not write: nothing is judged from it
 */
export function readLine(text: string): LockLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LineError("it is no JSON");
  }
  if (!isTable(value)) throw new LineError("it is no JSON object");
  const { output, protocol, work_unit, attempt, content, by, instructions, schema, fingerprint } = value;
  const [type, id] = outputIn(output);
  const success =
    attempt === undefined
      ? null
      : {
          attempt: attemptIn(attempt, "attempt"),
          fingerprint: hashIn(fingerprint, "fingerprint"),
          instructions: instructions === undefined ? null : hashIn(instructions, "instructions"),
          schema: schema === undefined ? null : hashIn(schema, "schema"),
        };
  return {
    type,
    id,
    protocol: textIn(protocol, "protocol"),
    workUnit: work_unit === undefined ? null : (textIn(work_unit, "work_unit") as WorkUnit),
    content: hashIn(content, "content") as ContentHash,
    by: by === undefined ? "attempt" : wordIn(by, "by", MAKERS),
    success,
    inputs: mapIn(value.inputs, "inputs", seenIn),
    notNewer: mapIn(value.not_newer ?? {}, "not_newer", (known) =>
      mapIn(known, "not_newer", (hash) => hashIn(hash, "not_newer")),
    ),
    open: value.open === undefined ? null : wordIn(value.open, "open", OPEN_REASONS),
    failed: value.failed === undefined ? null : failureIn(value.failed),
  };
}

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function outputIn(value: unknown): [string, InstanceId] {
  const name = textIn(value, "output");
  const at = name.indexOf("/");
  const [type, id] = [name.slice(0, at), name.slice(at + 1)];
  // A scan finds no other names; whoever writes one means another place.
  if (at < 1 || type.startsWith(".") || id === "" || id.startsWith(".") || /[/\0]/.test(id))
    throw new LineError(`'output' names no artifact: ${visible(JSON.stringify(name)).slice(0, 80)}`);
  return [type, id as InstanceId];
}

function failureIn(value: unknown): LockedFailure {
  if (!isTable(value) || !isOutcome(value.outcome) || value.outcome === "delivered")
    throw new LineError("'failed' is no failed attempt");
  return {
    attempt: attemptIn(value.attempt, "failed"),
    outcome: value.outcome,
    left: value.left === undefined ? null : hashIn(value.left, "failed"),
  };
}

function seenIn(value: unknown): SeenType {
  if (isTable(value)) return { valid: hashIn(value.valid, "inputs"), all: hashIn(value.all, "inputs") };
  const all = hashIn(value, "inputs");
  return { valid: all, all };
}

function mapIn<V>(value: unknown, key: string, read: (value: unknown) => V): ReadonlyMap<string, V> {
  if (!isTable(value)) throw new LineError(`'${key}' is missing or no JSON object`);
  return new Map(Object.entries(value).map(([name, entry]) => [name, read(entry)]));
}

function wordIn<Word extends string>(value: unknown, key: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new LineError(`'${key}' is none of ${words.join(", ")}`);
  return word;
}

function textIn(value: unknown, key: string): string {
  if (typeof value !== "string" || value === "") throw new LineError(`'${key}' is missing or no text`);
  return value;
}

function attemptIn(value: unknown, key: string): string {
  if (typeof value !== "string" || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value))
    throw new LineError(`'${key}' names no attempt`);
  return value;
}

function hashIn(value: unknown, key: string): string {
  if (typeof value !== "string" || !/^sha256:[0-9a-f]{64}$/.test(value))
    throw new LineError(`'${key}' holds no hash: each is sha256: and 64 digits`);
  return value;
}
