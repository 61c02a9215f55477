import type { Instance, InstanceRef, Snapshot } from "@runa/store";
import {
  type AttemptResult,
  attemptNotes,
  deliveredElsewhere,
  type InstanceBefore,
  type InstanceState,
  type SeenType,
  type ServerNotes,
} from "@runa/store/attempts";
import type { EvaluatedSnapshot } from "../decisions/decided.ts";
import { ScopeView, seenOf, setDigest } from "../evaluate/scope-view.ts";
import { type Methodology, outputTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import type { Attempt } from "./attempt.ts";
import type { Silence } from "./outcome.ts";

/** Everything that is worked out of an attempt from what lies there and what was called. */
export interface Evidence {
  /** The workspace after the attempt, in its scope. */
  readonly view: ScopeView;
  /** What counts as delivered by this attempt and is still there. */
  readonly delivered: readonly InstanceRef[];
  readonly byFile: AttemptResult["byFile"];
  /** What it delivered, as it did so last: somebody else may have changed or removed it since. */
  readonly written: readonly (InstanceState & Pick<Instance, "status">)[];
  readonly withdrawn: readonly InstanceRef[];
  /** What came of its calls. */
  readonly calls: Pick<ServerNotes, "called" | "callsRefused" | "lastRefusal">;
  /** See `WorkEnd`; null while the work has not ended. */
  readonly silence: Silence | null;
}

/** The instances that an attempt's protocol may read or write, as its scope sees them before it starts. */
export function instancesBefore(view: ScopeView, protocol: Protocol): InstanceBefore[] {
  const seen = view.as(protocol);
  const outputs = outputTypesOf(protocol);
  const types = new Set([...readTypesOf(protocol), ...outputs]);
  return [...types].flatMap((type) =>
    (outputs.includes(type) ? seen.outputs : seen)
      .inScope(type)
      .map(({ id, contentHash, status, mtime }) => ({ type, id, contentHash, status, mtime })),
  );
}

/** Gathers what an attempt delivered, by tool and by file, once it is fenced and the workspace is scanned. */
export function gatherEvidence(project: OpenProject, attempt: Attempt, after: EvaluatedSnapshot): Evidence {
  const { protocol, workUnit } = attempt.candidate;
  const view = new ScopeView(after, workUnit);
  const seen = view.as(protocol).outputs;
  const notes = attemptNotes(project.store, attempt.id);
  const present = ({ type, id }: InstanceRef) => seen.inScope(type).some((instance) => instance.id === id);
  // Of several deliveries of one instance the last one stays.
  const byTool = new Map(notes.deliveries.map((delivery) => [keyOf(delivery), delivery]));
  const byFile = writtenFiles(project, attempt, view).filter((instance) => !byTool.has(keyOf(instance)));
  const written = [
    // A server writes nothing that is not valid.
    ...[...byTool.values()].map((delivery) => ({ ...delivery, status: "valid" as const })),
    ...byFile,
  ].map(({ type, id, contentHash, status }) => ({ type, id, contentHash, status }));
  const delivered = written.filter(present).map(({ type, id }) => ({ type, id }));
  const silence = "end" in attempt ? attempt.end.silence : null;
  return { view, calls: notes, silence, byFile, written, delivered, withdrawn: notes.withdrawn };
}

function keyOf({ type, id }: InstanceRef): string {
  return `${type}/${id}`;
}

/**
 * The outputs whose files were written while the attempt ran, past its server (attempts.md section 2): this is the one
 * running attempt that may write the type, the file belongs to its work unit or to none, and nobody else delivered that
 * content meanwhile. A change of inode or ctime alone is no writing.
 */
function writtenFiles({ store, methodology }: OpenProject, attempt: Attempt, after: ScopeView): Instance[] {
  const { protocol } = attempt.candidate;
  const seen = after.as(protocol).outputs;
  const types = outputTypesOf(protocol);
  // It may have read ten thousand others.
  const outputs = attempt.before.filter(({ type }) => types.includes(type));
  const before = new Map(outputs.map((instance) => [keyOf(instance), instance]));
  return types
    .filter((type) => !othersMayWrite(methodology, after.snapshot, attempt, type))
    .flatMap((type) => seen.inScope(type))
    .filter((instance) => {
      const old = before.get(keyOf(instance));
      const written = old === undefined || old.contentHash !== instance.contentHash || old.mtime !== instance.mtime;
      return written && !deliveredElsewhere(store, instance, attempt.started, attempt.id);
    });
}

function othersMayWrite(
  { protocols }: Methodology,
  { openAttempts }: Snapshot,
  { id }: Attempt,
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
 * @param superseded what its success takes away; what it withdrew and did not deliver again is gone as well
 */
export function seenBy(
  { candidate, before: seenBefore }: Attempt,
  { view, written, withdrawn }: Pick<Evidence, "view" | "written" | "withdrawn">,
  superseded: readonly InstanceRef[],
): Record<string, SeenType> {
  const own = new Set([...written, ...withdrawn, ...superseded].map(keyOf));
  const seen = view.as(candidate.protocol);
  const outputs = outputTypesOf(candidate.protocol);
  return Object.fromEntries(
    readTypesOf(candidate.protocol).map((type) => {
      const before = seenBefore.filter((instance) => instance.type === type && !own.has(keyOf(instance)));
      const now = [...before, ...written.filter((instance) => instance.type === type)];
      // What it may write too was noted whether or not it is approved.
      return [type, seenOf(outputs.includes(type) ? now.filter((instance) => seen.admits(instance)) : now)];
    }),
  );
}

/** A digest of everything that lies there of the types that a protocol reads. */
export function readsDigest(view: ScopeView, protocol: Protocol): string {
  return view.as(protocol).digestOf(readTypesOf(protocol));
}

/**
 * A digest of everything that lies there of the types that a protocol may write.
 * @param without what is left out: taken away since
 */
export function outputsDigest(view: ScopeView, protocol: Protocol, without: readonly InstanceRef[] = []): string {
  const seen = view.as(protocol).outputs;
  const taken = new Set(without.map(keyOf));
  return outputTypesOf(protocol)
    .map((type) =>
      taken.size === 0
        ? seen.digest(type).all
        : setDigest(seen.inScope(type).filter((instance) => !taken.has(keyOf(instance)))),
    )
    .join(" ");
}
