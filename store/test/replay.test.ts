import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Moment } from "../src/artifact.ts";
import { canonicalJson, contentHash } from "../src/json/canonical.ts";
import { unendedAttempts } from "../src/record/attempt.ts";
import { writeRecord } from "../src/record/audit.ts";
import { writeDecision } from "../src/record/decide.ts";
import { recordAccepted, recordReopened } from "../src/record/decision.ts";
import { confirmArtifact, withdrawArtifact } from "../src/record/delivery.ts";
import { readEvents } from "../src/record/event-log.ts";
import { lastAttemptOf } from "../src/record/last-attempts.ts";
import { putPending } from "../src/record/pending-operation-table.ts";
import { finishPendingOperations } from "../src/record/pending-operations.ts";
import { fold } from "../src/replay/fold.ts";
import { foldedSnapshot } from "../src/replay/folded-snapshot.ts";
import { emptyState, type State } from "../src/replay/state.ts";
import { stateOfTables } from "../src/replay/tables-state.ts";
import { CORE, hashOfState, readState, writeState } from "../src/replay/written-state.ts";
import { readSnapshot, type Snapshot } from "../src/snapshot.ts";
import { id, Rig, scannedType, unit } from "./rig.ts";

// Nothing that is checked here outlives the process: waiting for the disk would take nine tenths of the time.
vi.mock(import("node:fs"), async (original) => ({
  ...(await original()),
  fsyncSync: () => {},
  fdatasyncSync: () => {},
}));

const TYPES = ["note", "plan"] as const;
const IDS = ["a", "b", "c"] as const;
const UNITS = [null, "w-1"] as const;

const SCOPES = [null, unit("w-1")];
const listeners = () => new Map(TYPES.map((type) => [type, ["write"]]));

/** What the log can tell of a snapshot: of files neither when they were written nor what is wrong, of attempts no processes. */
type Folded = Omit<Snapshot, "logged" | "records">;

function told({ instances, openAttempts, logged: _logged, records: _records, ...rest }: Folded & Partial<Snapshot>) {
  return {
    ...rest,
    instances: [...instances.values()]
      .flat()
      .map(({ type, id, status, contentHash, workUnit, lastModified, deliveredAt }) => ({
        ...{ type, id, status, contentHash, workUnit, lastModified, deliveredAt },
      })),
    openAttempts: openAttempts.map(({ id, protocol, workUnit, started, startedAt }) => ({
      ...{ id, protocol, workUnit, started, startedAt },
    })),
  };
}

type Step = (history: History) => void | Promise<void>;

/** What happens to a project, by the functions by which it happens, and the state that its log alone tells of. */
class History {
  readonly rig = new Rig();
  readonly state: State = emptyState();
  #seen = 0;
  #attempts = 0;
  readonly #started = new Map<string, Moment>();
  readonly other = new Map([...this.rig.types, ["note", scannedType({ type: "object" })] as const]);

  begin(workUnit: string | null): void {
    if (this.open(workUnit) !== undefined) return;
    const name = `attempt-${++this.#attempts}`;
    this.#started.set(name, this.rig.begin(name, workUnit));
  }

  open(workUnit: string | null): string | undefined {
    return unendedAttempts(this.rig.store).find((one) => one.workUnit === workUnit)?.id;
  }

  started(attempt: string): Moment {
    return this.#started.get(attempt) ?? (0 as Moment);
  }

  /** Folds what was appended since, and holds it against the tables; also what is written of it and read again. */
  check(): void {
    for (const event of readEvents(this.rig.store, { after: this.#seen })) {
      expect(fold(this.state, event), `event ${event.seq} ${event.kind}`).toBe(true);
      this.#seen = event.seq;
    }
    const written = writeState(this.state);
    expect(written).toEqual(writeState(stateOfTables(this.rig.store.connection)));
    expect(told(foldedSnapshot(this.state, TYPES, SCOPES, { listeners }))).toEqual(
      told(readSnapshot(this.rig.store, TYPES, this.state.gaps, SCOPES, { listeners })),
    );
    const again = readState(written.get(CORE) ?? "", (name) => written.get(name) ?? "");
    expect(again === null ? null : hashOfState(writeState(again))).toBe(hashOfState(written));
  }
}

const type = fc.constantFrom(...TYPES);
const name = fc.constantFrom(...IDS);
const workUnit = fc.constantFrom(...UNITS);
const content = fc.constantFrom(
  { title: "one" },
  { title: "two" },
  { title: "one", work_unit: "w-1" },
  { title: 5 },
  "{",
);

/** A valid artifact of the type `plan` as whoever writes one has it. */
function fileOf(rig: Rig, title: string, workUnit: string | null = null) {
  const schemaHash = rig.types.get("plan")?.hash;
  if (schemaHash === undefined) throw new Error("no type plan");
  const value = { title, ...(workUnit !== null && { work_unit: workUnit }) };
  return { text: JSON.stringify(value), canonical: canonicalJson(value), schemaHash };
}

function attempted(history: History, of: string | null, does: (attempt: string) => void): void {
  const attempt = history.open(of);
  if (attempt === undefined) return;
  try {
    does(attempt);
  } catch (error) {
    // Refused: nothing happened.
    if (!(error instanceof Error) || error.name !== "Error") throw error;
    if (!("reason" in error)) throw error;
  }
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type, name, content }).map(
      ({ type, name, content }): Step =>
        ({ rig }) => {
          rig.put(`${type}/${name}.json`, content);
          return rig.scan().then(() => {});
        },
    ),
  },
  fc.record({ type, name }).map(
    ({ type, name }): Step =>
      ({ rig }) => {
        rmSync(rig.path(type, `${name}.json`), { force: true });
        return rig.scan().then(() => {});
      },
  ),
  fc.record({ type, name, content }).map(
    ({ type, name, content }): Step =>
      ({ rig }) => {
        rig.put(`${type}/${name}.json`, content);
      },
  ),
  fc.constant<Step>(({ rig, other }) => rig.scan(other).then(() => {})),
  fc.constant<Step>(({ rig }) => rig.scan().then(() => {})),
  fc.constant<Step>(({ rig }) => {
    const gap = Buffer.concat([Buffer.from(`${rig.path("note")}/`), Buffer.from([0xff]), Buffer.from(".json")]);
    mkdirSync(rig.path("note"), { recursive: true });
    if (existsSync(gap)) rmSync(gap);
    else writeFileSync(gap, "{}");
    return rig.scan().then(() => {});
  }),
  {
    weight: 3,
    arbitrary: workUnit.map(
      (of): Step =>
        (history) =>
          history.begin(of),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({ of: workUnit, type, name, content }).map(
      ({ of, type, name, content }): Step =>
        (history) => {
          if (typeof content === "string" || typeof content.title !== "string") return;
          const made = content as { title: string; work_unit?: string };
          attempted(history, of, (attempt) =>
            history.rig.deliver(name, made, { attempt, type, ...(of !== null && { workUnit: of }) }),
          );
        },
    ),
  },
  fc.record({ type, name }).map(
    ({ type, name }): Step =>
      ({ rig }) => {
        rig.deliver(name, { title: "by hand" }, { type });
      },
  ),
  fc.record({ of: workUnit, type, name, withdraws: fc.boolean() }).map(
    ({ of, type, name, withdraws }): Step =>
      (history) => {
        const { rig } = history;
        attempted(history, of, (attempt) => {
          const by = { ...rig.deliverer({ workUnit: of ?? undefined }), attempt };
          if (withdraws) withdrawArtifact(rig.store, by, type, id(name));
          else confirmArtifact(rig.store, by, type, id(name));
        });
      },
  ),
  {
    weight: 3,
    arbitrary: fc.record({ of: workUnit, succeeds: fc.boolean(), type, name, moves: fc.boolean() }).map(
      ({ of, succeeds, type, name, moves }): Step =>
        (history) => {
          const attempt = history.open(of);
          if (attempt === undefined) return;
          const { rig } = history;
          const one = [{ type, id: id(name) }];
          rig.end(
            attempt,
            history.started(attempt),
            succeeds ? "delivered" : "exited",
            one,
            succeeds && moves ? one : [],
          );
          if (moves) finishPendingOperations(rig.store, rig.workspace);
        },
    ),
  },
  workUnit.map(
    (of): Step =>
      ({ rig }) => {
        const candidate = { protocol: "write", workUnit: of === null ? null : unit(of) };
        const last = lastAttemptOf(rig.store.connection, candidate.protocol, candidate.workUnit);
        if (last === null) return;
        const outputs = rig.rows().map(({ type, id, contentHash }) => ({ type, id, contentHash }));
        const seen = { note: { valid: "v", all: "a" } };
        recordAccepted(rig.store, { attempt: last.id, candidate, outputs, seen, outputsAfter: "o", note: "n" }, {});
      },
  ),
  workUnit.map(
    (of): Step =>
      ({ rig }) => {
        recordReopened(rig.store, [{ protocol: "write", workUnit: of === null ? null : unit(of) }], {});
      },
  ),
  fc.record({ type, name }).map(
    ({ type, name }): Step =>
      ({ rig }) => {
        const subject = rig.rows().find((row) => row.type === type && row.id === name);
        if (subject === undefined) return;
        const file = { ...fileOf(rig, "decided"), type: "plan", id: id("decision"), workUnit: null };
        writeDecision(rig.store, { workspace: rig.workspace, file, verdict: "approved", subject, by: "anna" });
      },
  ),
  fc.record({ of: workUnit, isKept: fc.boolean() }).map(
    ({ of, isKept }): Step =>
      ({ rig }) => {
        const { connection } = rig.store;
        const candidate = { protocol: "write", workUnit: of === null ? null : unit(of) };
        const last = lastAttemptOf(connection, candidate.protocol, candidate.workUnit);
        if (last === null) return;
        const operation = { kind: "audit", attempt: last.id, type: "plan", id: id("record") } as const;
        connection.write(() => putPending(connection, operation));
        const { workUnit } = candidate;
        const { text, canonical, schemaHash } = fileOf(rig, last.id, workUnit);
        const record = {
          text,
          schemaHash,
          workUnit,
          status: "valid",
          contentHash: contentHash(canonical),
          violations: [],
        } as const;
        writeRecord(rig.store, rig.workspace, operation, candidate, isKept ? record : null);
      },
  ),
  fc.constant<Step>(({ rig }) => {
    finishPendingOperations(rig.store, rig.workspace);
  }),
);

/** So many histories; each is a project of its own. */
const HISTORIES = Number(process.env.RUNA_HISTORIES ?? 500);

test("what is folded from events is what the tables hold, after each step of any history", {
  timeout: 1_800_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (history) => {
      const project = new History();
      for (const step of history) {
        await step(project);
        project.check();
      }
      project.rig.store.close();
      rmSync(project.rig.root, { recursive: true, force: true });
    }),
    { numRuns: HISTORIES },
  );
});
