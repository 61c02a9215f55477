import type { InstanceId } from "@runa/store";
import type { FoundContent } from "@runa/store/contents";
import { JsonError, parseJsonBytes } from "@runa/store/json";
import { RunaError } from "../diagnostic.ts";
import { Changers } from "../history/changed-by.ts";
import { instanceContent } from "../history/instance-content.ts";
import { type JsonChange, jsonDiff } from "../history/json-diff.ts";
import { lineDiff } from "../history/line-diff.ts";
import { type Point, pointOf, type When } from "../history/point.ts";
import { type Version, versionsOf } from "../history/versions.ts";
import { contentDamaged, contentForgotten, contentNotKept, noContentBefore } from "../messages.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { instanceNamed, typeNamed } from "./named.ts";
import { type PointEntry, pointEntry, type VersionEntry, versionAt, versionEntry } from "./past.ts";

/** How an instance differs from what it was (`runa diff`). */
export interface DifferenceAnswer {
  readonly version: 1;
  readonly kind: "difference";
  readonly artifact_type: string;
  readonly instance_id: string;
  readonly from: SideEntry;
  readonly to: SideEntry;
  /** In the order of the later one; none where both are the same content. */
  readonly changes: readonly JsonChange[];
}

/** One of the two contents; when it was asked for, where somebody said so. */
export type SideEntry = VersionEntry & { readonly point?: PointEntry };

/** Which contents are compared; null for the present one, and for the one before the later one. */
export interface Compared {
  readonly from: When | null;
  readonly to: When | null;
}

/** One side, looked up. */
interface Side {
  readonly version: Version;
  readonly point: Point | null;
}

/**
 * Compares two contents of one instance (decisions 6).
 * @throws RunaError where one of them was not there, or its content is not kept; for a type or an instance that there is not
 */
export async function diffInstance(
  project: OpenProject,
  type: string,
  id: string,
  compared: Compared,
): Promise<DifferenceAnswer> {
  const { store } = project;
  const later = compared.to === null ? await presentSide(project, type, id) : sideAt(project, type, id, compared.to);
  const earlier =
    compared.from === null ? sideBefore(project, later.version) : sideAt(project, type, id, compared.from);
  const changers = new Changers(store);
  const entryOf = ({ version, point }: Side): SideEntry => ({
    ...(point !== null && { point: pointEntry(point) }),
    ...versionEntry(version, changers),
  });
  return {
    version: 1,
    kind: "difference",
    artifact_type: type,
    instance_id: id,
    from: entryOf(earlier),
    to: entryOf(later),
    changes: changesBetween(bytesOf(project, earlier.version), bytesOf(project, later.version)),
  };
}

/** The instance as it lies there now, by a scan; so the log tells of it too. */
async function presentSide(project: OpenProject, type: string, name: string): Promise<Side> {
  typeNamed(project.methodology, type);
  const { id, contentHash } = instanceNamed(await lookAt(project, null), type, name);
  const last = versionsOf(project.store, type, id).findLast((one) => one?.contentHash === contentHash);
  return { version: { type, id, contentHash, change: last?.change ?? null }, point: null };
}

function sideAt({ store }: OpenProject, type: string, id: string, when: When): Side {
  const point = pointOf(store, when);
  return { version: versionAt(store, point, type, id), point };
}

/** The last other content that the instance had before. */
function sideBefore({ store }: OpenProject, { type, id, contentHash, change }: Version): Side {
  const versions = versionsOf(store, type, id);
  const isIt = (one: Version | null) =>
    one?.contentHash === contentHash && (change === null || (one.change?.seq ?? 0) <= change.seq);
  const before = versions.slice(0, Math.max(0, versions.findLastIndex(isIt)));
  const version = before.findLast((one) => one !== null && one.contentHash !== contentHash);
  if (version == null) throw new RunaError(noContentBefore(id, type));
  return { version, point: null };
}

function bytesOf(project: OpenProject, { type, id, contentHash, change }: Version): Buffer {
  const found: FoundContent = instanceContent(project, type, id as InstanceId, contentHash);
  if (found.kind === "kept") return found.bytes;
  const since = change === null ? "" : ` of event ${change.seq}`;
  const which = `the content of ${type}/${id}${since}, ${contentHash},`;
  if (found.kind === "damaged") throw new RunaError(contentDamaged(which, found.reason));
  throw new RunaError(found.kind === "forgotten" ? contentForgotten(which) : contentNotKept(which));
}

function changesBetween(from: Buffer, to: Buffer): JsonChange[] {
  const [before, now] = [jsonOf(from), jsonOf(to)];
  if (before !== null && now !== null) return jsonDiff(before.value, now.value);
  if (from.equals(to)) return [];
  const [text, other] = [from.toString("utf8"), to.toString("utf8")];
  return [{ path: "", change: "changed", from: text, to: other, lines: lineDiff(text, other) }];
}

/** Null for what is no JSON. */
function jsonOf(bytes: Buffer): { readonly value: unknown } | null {
  try {
    const { value, exact = value } = parseJsonBytes(bytes);
    return { value: exact };
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
