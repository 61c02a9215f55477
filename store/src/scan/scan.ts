import { setTimeout as pause } from "node:timers/promises";
import type { InstanceId, InstanceRef, Moment, ScanGap, SchemaHash } from "../artifact.ts";
import type { Store } from "../connection/store.ts";
import type { ArtifactRow } from "../index/artifact-row.ts";
import { findArtifact, putArtifact, removeArtifact } from "../index/artifact-table.ts";
import { IndexChange, type PackedArtifacts, type PackedType, packedArtifacts } from "../index/packed-artifacts.ts";
import { nextMoment } from "../record/clock-table.ts";
import { existsDelivery, lastSuccessfulDelivery } from "../record/delivery-table.ts";
import { areKnownGaps, putKnownGaps } from "../record/known-gaps.ts";
import { cleanBefore, type StatIdentity, statIdentity } from "../workspace/stat-identity.ts";
import { type Visitor, type Walk, WorkspaceError, walk } from "../workspace/walk.ts";
import { appendScanned, type ScanChange } from "./scan-event.ts";
import { type Change, type DoubtfulFile, type ScannedType, type Update, updatesOf } from "./scan-files.ts";

/** What a scan found against the stored state (contract.md section 4). */
export interface ScanReport {
  readonly new: readonly InstanceRef[];
  readonly modified: readonly InstanceRef[];
  readonly revalidated: readonly InstanceRef[];
  readonly removed: readonly InstanceRef[];
  readonly unchanged: number;
  readonly gaps: readonly ScanGap[];
  readonly unrecognized: readonly string[];
  /** What lies beside the artifacts of a declared type, as `type/name`. */
  readonly passedOver: readonly string[];
}

/** How long, in milliseconds, the lock stays free between two batches, so that a waiting writer, who asks again every millisecond, gets it. */
const BETWEEN_BATCHES = 4;
/** Rows committed at once, so that a delivery never waits long for a scan: below 100 ms (attempts.md section 2). */
export const BATCH = 1500;

export interface ScanOptions {
  /** Reads every file again, whatever its stat identity says. */
  readonly full?: boolean;
}

/** How often, at most, one scan looks again at what others wrote to the index meanwhile. */
const LOOKS_AGAIN = 3;

/**
 * Brings the index up to date with the workspace, reading only files whose stat identity is not the recorded one. In a
 * store that was opened for looking, what cannot be saved is found all the same, and forgotten.
 * @throws WorkspaceError when the workspace cannot be listed, or is missing though artifacts are recorded; StoreError
 */
export async function scan(
  store: Store,
  workspace: string,
  types: ReadonlyMap<string, ScannedType>,
  options: ScanOptions = {},
): Promise<ScanReport> {
  try {
    return await scanUntilCaughtUp(store, workspace, types, options);
  } catch (error) {
    if (!store.connection.answerWithoutSaving(error)) throw error;
    return scanUntilCaughtUp(store, workspace, types, options);
  }
}

/**
 * Scans, and again where another wrote rows of the index that this scan was about to write: another scan may have read such a
 * file earlier, half-written, and its row must not be what an attempt is judged by.
 */
async function scanUntilCaughtUp(
  store: Store,
  workspace: string,
  types: ReadonlyMap<string, ScannedType>,
  options: ScanOptions,
): Promise<ScanReport> {
  const first = await scanOnce(store, workspace, types, options);
  let { report, wasOvertaken } = first;
  for (let looks = 0; wasOvertaken && looks < LOOKS_AGAIN; looks++) {
    const again = await scanOnce(store, workspace, types, {});
    wasOvertaken = again.wasOvertaken;
    report = {
      ...again.report,
      new: [...report.new, ...again.report.new],
      modified: [...report.modified, ...again.report.modified],
      revalidated: [...report.revalidated, ...again.report.revalidated],
      removed: [...report.removed, ...again.report.removed],
    };
  }
  return report;
}

async function scanOnce(
  store: Store,
  workspace: string,
  types: ReadonlyMap<string, ScannedType>,
  { full = false }: ScanOptions,
): Promise<{ report: ScanReport; wasOvertaken: boolean }> {
  const index = packedArtifacts(store.connection);
  const known = new KnownArtifacts(index, types);
  const doubtful: DoubtfulFile[] = [];
  let unchanged = 0;
  const visitor: Visitor = {
    wantsStats: (type, id) => !full && known.has(type, id),
    visit(file, stats) {
      const schema = types.get(file.type);
      if (schema === undefined) return;
      if (stats !== null && known.isUnchanged(file, statIdentity(stats))) unchanged++;
      else doubtful.push({ type: file.type, id: file.id, path: file.path, schema, old: known.find(file) });
    },
  };
  const walked = walkWorkspace(workspace, types, visitor, known.isEmpty);
  const gaps = [...walked.gaps];
  const changed: Record<Exclude<Change, "unchanged">, InstanceRef[]> = { new: [], modified: [], revalidated: [] };
  const commits = new Commits(store, index);
  if (doubtful.length > 0) {
    // In the order of the table: scattered rows would touch, and so write, most of its pages in every batch.
    if (doubtful.length > BATCH) doubtful.sort(byKey);
    for await (const updates of updatesOf(doubtful, cleanBefore(workspace), gaps)) {
      for (const update of updates) {
        const { type, id } = update.row;
        known.isPresent(update.row);
        if (update.change === "unchanged") unchanged++;
        else changed[update.change].push({ type, id });
      }
      await commits.add(updates);
    }
  }
  const removed = known.notPresent(new Set(gaps.map((gap) => gap.type)));
  await commits.add(removed.map((row) => ({ change: "removed", old: row, row })));
  await commits.finish(gaps);
  const report = {
    ...changed,
    removed: removed.map(({ type, id }) => ({ type, id })),
    unchanged,
    gaps,
    unrecognized: walked.unrecognized,
    passedOver: walked.passedOver,
  };
  return { report, wasOvertaken: commits.wasOvertaken };
}

interface KnownType {
  readonly packed: PackedType;
  readonly schemaHash: SchemaHash;
  /** Where the rows begin that the scan has not met. */
  readonly left: Map<InstanceId, number>;
}

/** What the index holds of the declared types when a scan begins, and what of it the scan has not met yet. */
class KnownArtifacts {
  readonly #types = new Map<string, KnownType>();

  constructor(index: PackedArtifacts, types: ReadonlyMap<string, ScannedType>) {
    for (const [name, packed] of index) {
      const type = types.get(name);
      if (type === undefined) continue;
      this.#types.set(name, { packed, schemaHash: type.hash, left: packed.places() });
    }
  }

  get isEmpty(): boolean {
    return this.#types.size === 0;
  }

  /** Whether a file is as it was when it was recorded, by its stat identity; such a one is present. */
  isUnchanged({ type, id }: InstanceRef, stat: StatIdentity): boolean {
    const known = this.#types.get(type);
    const place = known?.left.get(id);
    if (known === undefined || place === undefined || !known.packed.holds(place, stat, known.schemaHash)) return false;
    return known.left.delete(id);
  }

  has(type: string, id: InstanceId): boolean {
    return this.#types.get(type)?.left.has(id) === true;
  }

  find({ type, id }: InstanceRef): ArtifactRow | undefined {
    const known = this.#types.get(type);
    const place = known?.left.get(id);
    return known === undefined || place === undefined ? undefined : known.packed.row(id, place);
  }

  isPresent({ type, id }: InstanceRef): void {
    this.#types.get(type)?.left.delete(id);
  }

  /** What the scan has not met, of the types that it could list whole. */
  notPresent(partial: ReadonlySet<string>): ArtifactRow[] {
    return [...this.#types]
      .filter(([type]) => !partial.has(type))
      .flatMap(([, { packed, left }]) => Array.from(left, ([id, place]) => packed.row(id, place)));
  }
}

function walkWorkspace(
  workspace: string,
  types: ReadonlyMap<string, ScannedType>,
  visitor: Visitor,
  storeIsEmpty: boolean,
): Walk {
  try {
    return walk(workspace, types, visitor);
  } catch (error) {
    const missing = error instanceof WorkspaceError && error.code === "ENOENT";
    if (missing && storeIsEmpty) return { gaps: [], unrecognized: [], passedOver: [] };
    throw error;
  }
}

type AnyUpdate = Update | { readonly change: "removed"; readonly old: ArtifactRow; readonly row: ArtifactRow };

/**
 * Commits what a scan found, batch by batch, while it goes on: whoever wants to deliver gets the lock in between. The last
 * commit brings those before it to the disk: a machine that stops in between forgets the end of what the next scan finds.
 */
class Commits {
  readonly #store: Store;
  readonly #index: PackedArtifacts;
  #pending: AnyUpdate[] = [];
  #change: IndexChange | undefined;
  /** All that one scan finds has one time. */
  #at: Moment | undefined;
  #freeSince = Number.NEGATIVE_INFINITY;
  #wasOvertaken = false;

  constructor(store: Store, index: PackedArtifacts) {
    this.#store = store;
    this.#index = index;
  }

  /** Whether rows were left as another wrote them after this scan had begun. */
  get wasOvertaken(): boolean {
    return this.#wasOvertaken;
  }

  async add(updates: readonly AnyUpdate[]): Promise<void> {
    this.#pending = this.#pending.concat(updates);
    let start = 0;
    // Something stays for the last commit.
    for (; this.#pending.length - start > BATCH; start += BATCH)
      await this.#commit(this.#pending.slice(start, start + BATCH), "writeUnsynced");
    if (start > 0) this.#pending = this.#pending.slice(start);
  }

  /** Commits what is left, and what could not be read where that is not what the last scan could not read. */
  async finish(gaps: readonly ScanGap[]): Promise<void> {
    const newGaps = areKnownGaps(this.#store.connection, gaps) ? undefined : gaps;
    if (this.#pending.length > 0 || newGaps !== undefined) await this.#commit(this.#pending, "write", newGaps);
  }

  async #commit(
    batch: readonly AnyUpdate[],
    commit: "write" | "writeUnsynced",
    gaps?: readonly ScanGap[],
  ): Promise<void> {
    // Reading the next files has mostly taken longer, so that no pause is needed.
    if (performance.now() - this.#freeSince < BETWEEN_BATCHES) await pause(BETWEEN_BATCHES);
    this.#change ??= new IndexChange(this.#store.connection, this.#index);
    const change = this.#change;
    this.#store.connection[commit](() => change.part((isAsRead) => this.#put(batch, isAsRead, gaps)));
    this.#freeSince = performance.now();
  }

  #put(batch: readonly AnyUpdate[], isAsRead: boolean, gaps: readonly ScanGap[] | undefined): void {
    const { connection } = this.#store;
    const made: ScanChange[] = [];
    const nothingDelivered = !existsDelivery(connection);
    for (const { change, old, row } of batch) {
      if (!isAsRead && !isStill(this.#store, row, old)) {
        this.#wasOvertaken = true;
        continue;
      }
      if (change === "removed") removeArtifact(connection, row, this.#now());
      else if (change === "new" || change === "modified") {
        const isKnown = old !== undefined || nothingDelivered;
        const deliveredAt = isKnown ? row.deliveredAt : lastSuccessfulDelivery(connection, row.type, row.id);
        const dated = { ...row, lastModified: this.#now(), deliveredAt };
        putArtifact(connection, dated);
        made.push({ change, row: dated });
        continue;
      } else putArtifact(connection, row);
      if (change !== "unchanged") made.push({ change, row });
    }
    // In the transaction of its rows, so that the log also tells what a scan changed that died before its end.
    if (gaps !== undefined) putKnownGaps(connection, gaps);
    if (made.length > 0 || gaps !== undefined) appendScanned(connection, made, this.#now(), gaps);
  }

  /** The one moment at which everything was found. */
  #now(): Moment {
    this.#at ??= nextMoment(this.#store.connection);
    return this.#at;
  }
}

function byKey(a: DoubtfulFile, b: DoubtfulFile): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Whether the index still holds what the scan started from. If not, a delivery or a success came meanwhile, and its row stays. */
function isStill(store: Store, { type, id }: InstanceRef, old: ArtifactRow | undefined): boolean {
  const now = findArtifact(store.connection, type, id);
  if (old === undefined || now === null) return old === undefined && now === null;
  return (
    now.contentHash === old.contentHash &&
    now.lastModified === old.lastModified &&
    now.deliveredAt === old.deliveredAt &&
    now.stat === old.stat &&
    now.mtime === old.mtime
  );
}
