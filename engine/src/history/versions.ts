import type { ContentHash, InstanceId, InstanceRef, Store } from "@runa/store";
import { changesIn } from "@runa/store/contents";
import type { LoggedChange } from "@runa/store/deliveries";
import type { Point } from "./point.ts";

/** One content that an instance had, from when on. */
export interface Version extends InstanceRef {
  readonly contentHash: ContentHash;
  /** How it came; null where all that is known is that an attempt was given it. */
  readonly change: LoggedChange | null;
}

/** The contents that an instance had one after the other; null where it had gone, or its content is not known. */
export function versionsOf(store: Store, type: string, id: InstanceId): (Version | null)[] {
  const versions: (Version | null)[] = [];
  for (const change of changesIn(store, { type, id })) {
    const next = versionBy(change);
    if (versions.length === 0 || versions.at(-1)?.contentHash !== next?.contentHash) versions.push(next);
  }
  return versions;
}

function versionBy(change: LoggedChange): Version | null {
  const { type, id, contentHash, isGone } = change;
  return isGone || contentHash === null ? null : { type, id, contentHash, change };
}

/**
 * Which instances there were at a point, and which content each had, in the order of their types and ids: right after an event,
 * those that an attempt was given, or those that ever had a content.
 */
export function instancesAt(store: Store, point: Point, type?: string): Version[] {
  return [...foundAt(store, point, type)].sort((a, b) => order(a.type, b.type) || order(a.id, b.id));
}

function foundAt(store: Store, point: Point, type?: string): Iterable<Version> {
  if (point.kind === "attempt")
    return point.inputs
      .filter((input) => type === undefined || input.type === type)
      .map(({ type, id, contentHash }) => ({ type, id, contentHash, change: null }));
  const found = new Map<string, Version>();
  const until = point.kind === "event" ? point.seq : undefined;
  for (const change of changesIn(store, { type, until })) {
    const key = `${change.type}/${change.id}`;
    const next = versionBy(change);
    if (point.kind === "content") {
      if (next?.contentHash.startsWith(point.beginning)) found.set(key, next);
    } else if (next === null) found.delete(key);
    // Said again, it is as old as it was.
    else if (found.get(key)?.contentHash !== next.contentHash) found.set(key, next);
  }
  return found.values();
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
