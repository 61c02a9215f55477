import type { Store } from "../src/connection/store.ts";
import { readEvents } from "../src/record/event-log.ts";
import type { EventBodies, EventKind, NewEvent } from "../src/record/events.ts";

/** With every member that there may be, however deep. */
type Whole<T> = T extends object ? { readonly [Key in keyof T]-?: Whole<Exclude<T[Key], undefined>> } : T;

export const HASH = `sha256:${"0f".repeat(32)}`;

const VIOLATIONS = { violations: [{ path: "/title", keyword: "type", expected: "string" }], violation_count: 1 };
const DELIVERY = { artifact_type: "note", instance_id: "n-1", content_hash: HASH, via: "tool" } as const;
const INSTANCE = { artifact_type: "note", instance_id: "n-1" };
const LEFT = { moment: 8, seen: { note: { valid: "v", all: "a" } }, outputs_after: "o" };
const OWNER = { pid: 4711, machine: "machine" };
const ACTOR = { kind: "person", name: "anna" } as const;
const CANDIDATE = { actor: ACTOR, protocol: "write", work_unit: "w-1" };

/** The body of an event of each kind, each with every member that it can have: the compiler asks for them. */
export const EXAMPLES: { readonly [Kind in EventKind]: Whole<EventBodies[Kind]> } = {
  project_initialised: { actor: ACTOR, runa_version: "1.2.3", methodology: "groundwork" },
  methodology_changed: {
    actor: ACTOR,
    methodology: "groundwork",
    manifest: HASH,
    schemas: { note: HASH },
    instructions: { write: HASH },
    fingerprint: HASH,
  },
  scanned: {
    actor: ACTOR,
    new: 1,
    modified: 0,
    revalidated: 0,
    removed: 0,
    changes: [["new", "note", "n-1", HASH, { status: "invalid", work_unit: "w-1", delivered_at: 7 }]],
    moment: 8,
    schemas: { note: HASH },
    gaps: [["note", "note/n-2.json", "permission denied"]],
    changes_hash: HASH,
  },
  attempt_started: { ...CANDIDATE, pid: 4712 },
  attempt_ended: {
    ...CANDIDATE,
    outcome: "not_delivered",
    delivered: [DELIVERY],
    ...LEFT,
    vouched: [INSTANCE],
    superseded: [INSTANCE],
    retry: true,
    duration_ms: 1200,
    usage: { tokens: 45_000, cost_usd: 0.02, model: "model" },
    errno: "ENOENT",
    signal: "SIGTERM",
    code: 1,
    limit: "idle",
    amount: 600_000,
    invalid: [{ artifact_type: "note", instance_id: "n-1", ...VIOLATIONS }],
    invalid_count: 1,
    choices: [{ name: "verdict", members: ["approved", "rework"], delivered: [] }],
    missing: ["note"],
    silence: "calls_refused",
    calls_refused: 2,
    ended: "settled",
    swept: [{ pid: 4713, name: "server", signal: "SIGKILL" }],
  },
  decision: {
    actor: ACTOR,
    artifact_type: "note-approval",
    instance_id: "d-1",
    content_hash: HASH,
    decision: "approved",
    subject: { artifact_type: "note", instance_id: "n-1", content_hash: HASH },
    work_unit: "w-1",
    moment: 8,
    schema_hash: HASH,
    by: "anna",
    author: "ben",
    key: "SHA256:key",
    policy: HASH,
  },
  gates_changed: {
    hash: HASH,
    manifest: "m/manifest.toml",
    protocols: {
      build: { gates: [{ type: "ok", by: "trigger", trigger: "on_artifact(ok)" }], reads: ["ok"], writes: ["code"] },
    },
    types: { ok: { kind: "approval", of: "design", min: 2, role: "lead", not_author: true, schema: HASH } },
    former: { make: { gates: [], reads: ["ok"], writes: ["code"] } },
    acceptance: {
      v: 1,
      project: "0195561e-9a11-7c3e-8d52-1f6b2c4d8e90",
      decision: "methodology_accepted",
      methodology: HASH,
      before: HASH,
      by: { name: "anna", key: "SHA256:key" },
      at: "2026-01-31T09:30:00.000000Z",
      log_head: HASH,
      signature: "-----BEGIN SSH SIGNATURE-----",
    },
    policy: HASH,
    actor: { kind: "person", name: "anna" },
  },
  decision_refused: { actor: { kind: "attempt", attempt: "a-1" }, verb: "approve", reason: "inside_attempt" },
  delivery_accepted: { actor: ACTOR, ...DELIVERY, work_unit: "w-1", moment: 8, schema_hash: HASH },
  delivery_refused: { actor: ACTOR, reason: "invalid_artifact", artifact_type: "note", ...VIOLATIONS },
  superseded: { actor: ACTOR, ...INSTANCE, content_hash: HASH, moment: 8 },
  withdrawn: { actor: ACTOR, ...INSTANCE, content_hash: HASH, moment: 8, again: true },
  run_started: { actor: ACTOR, run: "run-1", pid: 4711, jobs: 2, work_unit: "w-1", aims: ["draft"], until: "review" },
  run_ended: {
    actor: ACTOR,
    run: "run-1",
    pid: 4711,
    work_unit: "w-1",
    outcome: "all_complete",
    attempts: 3,
    delivered: 2,
    failed: 1,
  },
  claimed: {
    ...CANDIDATE,
    owner: OWNER,
    agent: ["agent"],
    binding: "[agent]",
    policy: HASH,
    adopted: true,
    moment: 8,
    run: "run-1",
    fingerprint: HASH,
    instructions_hash: HASH,
    inputs: [["note", "n-1", HASH]],
  },
  released: { ...CANDIDATE, owner: OWNER },
  reopened: {
    ...CANDIDATE,
    moment: 8,
    last_success: "attempt-1",
    because: [
      {
        kind: "input_changed",
        artifact_type: "design",
        instance_id: "d1",
        change: "modified",
        approval_type: "design-approval",
        from: HASH,
        to: HASH,
        content_hash: HASH,
        origin: {
          by: "attempt",
          attempt: "attempt-2",
          protocol: "draft",
          work_unit: "w-1",
          via: "tool",
          at: "2026-01-31T09:30:00.000000Z",
        },
        more: 2,
        status: "invalid",
        choice: "verdict",
        members: ["approved", "rejected"],
        present: ["approved"],
      },
    ],
  },
  checkpoint: { actor: ACTOR, through: 5000, state: HASH, reason: "count" },
  accepted: {
    ...CANDIDATE,
    ...LEFT,
    note: "as good as done",
    outputs: [{ artifact_type: "note", instance_id: "n-1", content_hash: HASH }],
  },
  pruned: { actor: ACTOR, contents: 3, bytes: 4096 },
  forgotten: { actor: ACTOR, content_hash: HASH, note: "it held a password" },
  audited: {
    ...CANDIDATE,
    artifact_type: "failed-attempt",
    instance_id: "write@w-1",
    content_hash: HASH,
    moment: 8,
    schema_hash: HASH,
    status: "valid",
    removed: true,
  },
};

/** An event like another, for tests to which it does not matter what it tells. */
export const RUN_STARTED: NewEvent = { kind: "run_started", attempt: null, body: EXAMPLES.run_started };

/** What the events of one kind tell, in their order; all of them have to be understood. */
export function bodiesOf<Kind extends EventKind>(store: Store, kind: Kind): EventBodies[Kind][] {
  return readEvents(store, { kind }).map((event) => {
    if (!event.known) throw new Error(`event ${event.seq} is not understood: ${JSON.stringify(event)}`);
    return event.body as EventBodies[Kind];
  });
}
