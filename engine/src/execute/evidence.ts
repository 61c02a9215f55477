import {
  type AttemptResult,
  attemptNotes,
  deliveredElsewhere,
  type Instance,
  type InstanceBefore,
  type InstanceRef,
  type Moment,
  type SeenType,
  type Snapshot,
  type WorkUnit,
} from "@runa/store";
import { ScopeView, seenOf } from "../evaluate/scope-view.ts";
import { type Methodology, outputTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import type { AttemptEvidence } from "./judge.ts";

/** An attempt as it is known to whoever executes it. */
export interface RunningAttempt {
  readonly id: string;
  readonly protocol: Protocol;
  readonly workUnit: WorkUnit | null;
  readonly started: Moment;
  /** What its scope saw, when it started, of every type that it may read or write. */
  readonly before: readonly InstanceBefore[];
}

/** Everything of an attempt's end that is worked out from what lies there. */
export interface GatheredEvidence extends AttemptEvidence {
  readonly byFile: AttemptResult["byFile"];
}

/** The instances that an attempt's protocol may read or write, as its scope sees them before it starts. */
export function instancesBefore(view: ScopeView, protocol: Protocol): InstanceBefore[] {
  const types = new Set([...readTypesOf(protocol), ...outputTypesOf(protocol)]);
  return [...types].flatMap((type) =>
    view.counted(type).map(({ id, contentHash, status, mtime }) => ({ type, id, contentHash, status, mtime })),
  );
}

/** Gathers what an attempt delivered, by tool and by file, once it is fenced and the workspace is scanned. */
export function gatherEvidence(project: OpenProject, attempt: RunningAttempt, after: Snapshot): GatheredEvidence {
  const view = new ScopeView(after, attempt.workUnit);
  const notes = attemptNotes(project.store, attempt.id);
  const present = ({ type, id }: InstanceRef) => view.counted(type).some((instance) => instance.id === id);
  const byTool = notes.deliveries.filter(present);
  const named = new Set(byTool.map(keyOf));
  const byFile = writtenFiles(project, attempt, view).filter((instance) => !named.has(keyOf(instance)));
  return { view, notes, byFile, delivered: [...byTool, ...byFile].map(({ type, id }) => ({ type, id })) };
}

function keyOf({ type, id }: InstanceRef): string {
  return `${type}/${id}`;
}

/**
 * The outputs whose files were written while the attempt ran, past its server (attempts.md section 2): this is the one
 * running attempt that may write the type, the file belongs to its work unit or to none, and nobody else delivered that
 * content meanwhile. A change of inode or ctime alone is no writing.
 */
function writtenFiles({ store, methodology }: OpenProject, attempt: RunningAttempt, after: ScopeView): Instance[] {
  const before = new Map(attempt.before.map((instance) => [keyOf(instance), instance]));
  return outputTypesOf(attempt.protocol)
    .filter((type) => !othersMayWrite(methodology, after.snapshot, attempt, type))
    .flatMap((type) => after.counted(type))
    .filter((instance) => {
      const old = before.get(keyOf(instance));
      const written = old === undefined || old.contentHash !== instance.contentHash || old.mtime !== instance.mtime;
      return written && !deliveredElsewhere(store, instance, attempt.started, attempt.id);
    });
}

function othersMayWrite(
  { protocols }: Methodology,
  { openAttempts }: Snapshot,
  { id }: RunningAttempt,
  type: string,
): boolean {
  return openAttempts.some((other) => {
    const protocol = protocols.find(({ name }) => name === other.protocol);
    return other.id !== id && protocol !== undefined && outputTypesOf(protocol).includes(type);
  });
}

/**
 * What a successful attempt has seen of each type that it reads: inputs that it delivered itself as it delivered them,
 * all others as they were when it started (contract.md section 5).
 * @param gone what it took away itself: superseded or withdrawn
 */
export function seenBy(
  attempt: RunningAttempt,
  evidence: AttemptEvidence,
  gone: readonly InstanceRef[],
): Record<string, SeenType> {
  const own = new Set([...evidence.delivered, ...gone].map(keyOf));
  const taken = new Set(gone.map(keyOf));
  return Object.fromEntries(
    readTypesOf(attempt.protocol).map((type) => {
      const before = attempt.before.filter((instance) => instance.type === type && !own.has(keyOf(instance)));
      const delivered = evidence.view
        .counted(type)
        .filter((instance) => own.has(keyOf(instance)) && !taken.has(keyOf(instance)));
      return [type, seenOf([...before, ...delivered])];
    }),
  );
}
