import { rfc3339, type Store } from "@runa/store";
import { type FoundContent, readContent } from "@runa/store/contents";
import type { LoggedChange } from "@runa/store/deliveries";
import { JsonError, parseJsonBytes } from "@runa/store/json";
import { RunaError } from "../diagnostic.ts";
import { Changers } from "../history/changed-by.ts";
import { contentHashBeginning } from "../history/content-named.ts";
import { instanceContent } from "../history/instance-content.ts";
import { type Point, pointOf, type When } from "../history/point.ts";
import { instancesAt, type Version } from "../history/versions.ts";
import { noInstanceThen } from "../messages.ts";
import { prose } from "../plan/prose.ts";
import { openRecord, type Project, type ProjectOptions } from "../project/project.ts";
import type { ChangedBy } from "../reasons/reason.ts";
import { didYouMean } from "../suggestion.ts";

/** When something was: right after an event, as an attempt was given it, or whenever it was a content whose hash begins so. */
export type PointEntry =
  | { readonly event: number; readonly at?: string }
  | { readonly attempt: string }
  | { readonly content: string };

/** Every artifact type of which there was something, with how many instances (`runa show --at WHEN`). */
export interface PastTypesAnswer {
  readonly version: 1;
  readonly kind: "past_types";
  readonly point: PointEntry;
  readonly types: readonly { readonly artifact_type: string; readonly total: number }[];
}

/** The instances of one type as they were (`runa show TYPE --at WHEN`). */
export interface PastTypeAnswer {
  readonly version: 1;
  readonly kind: "past_type";
  readonly point: PointEntry;
  readonly artifact_type: string;
  readonly instances: readonly (VersionEntry & { readonly instance_id: string })[];
}

/** A content that an instance had; where the log tells, with the event it came with and who made it. */
export interface VersionEntry {
  readonly content_hash: string;
  readonly event?: number;
  readonly at?: string;
  readonly origin?: ChangedBy;
}

/** What there is of a content, or why it cannot be shown. */
export interface ContentEntry {
  readonly content: FoundContent["kind"];
  /** What is wrong with one that is damaged. */
  readonly problem?: string;
  /** As it is kept: an artifact's in its canonical form. Left out where it is not there, or no text. */
  readonly text?: string;
}

/** One instance as it was, with its content (`runa show TYPE INSTANCE --at WHEN`). */
export interface PastInstanceAnswer extends VersionEntry, ContentEntry {
  readonly version: 1;
  readonly kind: "past_instance";
  readonly point: PointEntry;
  readonly artifact_type: string;
  readonly instance_id: string;
  /** The content as an agent's prompt has it; left out of what is no JSON. */
  readonly prose?: string;
}

/** A content by its hash, whatever it is of (`runa show --at sha256:…`), with the instances that had it. */
export interface ContentAnswer extends ContentEntry {
  readonly version: 1;
  readonly kind: "content";
  readonly content_hash: string;
  readonly instances: readonly { readonly artifact_type: string; readonly instance_id: string }[];
}

/** What was there before, as the log tells of it (decisions 6). No methodology has to be there for it. */
export class Past {
  readonly #project: Project & { readonly store: Store };
  readonly #changers: Changers;

  constructor(project: Project, store: Store) {
    this.#project = { ...project, store };
    this.#changers = new Changers(store);
  }

  /** @throws RunaError for a point that there is not */
  types(when: When): PastTypesAnswer {
    const point = this.#point(when);
    const totals = new Map<string, number>();
    for (const { type } of instancesAt(this.#store, point)) totals.set(type, (totals.get(type) ?? 0) + 1);
    const types = Array.from(totals, ([artifact_type, total]) => ({ artifact_type, total }));
    return { version: 1, kind: "past_types", point: pointEntry(point), types };
  }

  /** @throws RunaError for a point that there is not */
  type(when: When, artifact_type: string): PastTypeAnswer {
    const point = this.#point(when);
    const instances = instancesAt(this.#store, point, artifact_type).map((version) => ({
      instance_id: version.id,
      ...versionEntry(version, this.#changers),
    }));
    return { version: 1, kind: "past_type", point: pointEntry(point), artifact_type, instances };
  }

  /** @throws RunaError for a point, or for an instance, that there is not */
  instance(when: When, artifact_type: string, instance_id: string): PastInstanceAnswer {
    const point = this.#point(when);
    const version = versionAt(this.#store, point, artifact_type, instance_id);
    const { id, contentHash } = version;
    const found = instanceContent(this.#project, artifact_type, id, contentHash);
    const text = found.kind === "kept" ? proseOf(found.bytes) : null;
    return {
      version: 1,
      kind: "past_instance",
      point: pointEntry(point),
      artifact_type,
      instance_id,
      ...versionEntry(version, this.#changers),
      ...contentEntry(found),
      ...(text !== null && { prose: text }),
    };
  }

  /** @throws RunaError for a beginning of no content's hash, or of several */
  content(beginning: string): ContentAnswer {
    const hash = contentHashBeginning(this.#store, beginning);
    const had = instancesAt(this.#store, { kind: "content", beginning: hash });
    return {
      version: 1,
      kind: "content",
      content_hash: hash,
      ...contentEntry(readContent(this.#store, hash)),
      instances: had.map(({ type, id }) => ({ artifact_type: type, instance_id: id })),
    };
  }

  close(): void {
    this.#store.close();
  }

  get #store(): Store {
    return this.#project.store;
  }

  #point(when: When): Point {
    return pointOf(this.#store, when);
  }
}

/**
 * Opens what is recorded of a project, to show what was there before.
 * @throws RunaError, DiagnosticsError, StoreError
 */
export async function openPast(options: ProjectOptions): Promise<Past> {
  const { project, store } = await openRecord(options, "look");
  return new Past(project, store);
}

/**
 * An instance as it was at a point.
 * @throws RunaError where it was not there then, with what was probably meant
 */
export function versionAt(store: Store, point: Point, type: string, instance: string): Version {
  const then = instancesAt(store, point, type);
  const version = then.findLast(({ id }) => id === instance);
  if (version !== undefined) return version;
  const ids = then.map(({ id }) => id as string);
  throw new RunaError(noInstanceThen(instance, type, pointText(point), didYouMean(instance, ids)));
}

/** A point in the words of an error: `after event 12`, `when attempt 0195561e-2c40 began`. */
function pointText(point: Point): string {
  switch (point.kind) {
    case "event":
      return point.seq === 0 ? "before the first event" : `after event ${point.seq}`;
    case "attempt":
      return `among what attempt ${point.id} was given`;
    case "content":
      return `with a content ${point.beginning}`;
  }
}

export function pointEntry(point: Point): PointEntry {
  switch (point.kind) {
    case "event":
      return { event: point.seq, ...(point.at !== null && { at: rfc3339(point.at) }) };
    case "attempt":
      return { attempt: point.id };
    case "content":
      return { content: point.beginning };
  }
}

export function versionEntry({ contentHash, change }: Version, changers: Changers): VersionEntry {
  return { content_hash: contentHash, ...(change !== null && changeEntry(change, changers)) };
}

function changeEntry(change: LoggedChange, changers: Changers): Pick<VersionEntry, "event" | "at" | "origin"> {
  return { event: change.seq, at: rfc3339(change.at), origin: changers.of(change) };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function contentEntry(found: FoundContent): ContentEntry {
  switch (found.kind) {
    case "kept":
      return { content: "kept", ...textOf(found.bytes) };
    case "damaged":
      return { content: "damaged", problem: found.reason };
    default:
      return { content: found.kind };
  }
}

function textOf(bytes: Buffer): Pick<ContentEntry, "text"> {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return {};
  }
}

/** Null for what is no JSON. */
function proseOf(bytes: Buffer): string | null {
  try {
    const { value, exact = value } = parseJsonBytes(bytes);
    return prose(exact);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
