import { type Instance, rfc3339, type Store } from "@runa/store";
import { originsOf } from "@runa/store/deliveries";
import { recordedAttemptOf } from "@runa/store/log";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { isDecision } from "../methodology/annotation.ts";
import type { ArtifactType } from "../methodology/methodology.ts";
import { type OriginEntry, originEntry } from "../reasons/origin-entry.ts";

/** Where an instance's content comes from: what no delivery made is told of as far as the log knows it. */
export type ShownOrigin =
  | OriginEntry
  /** It is the record of an attempt, which runa wrote. */
  | { readonly by: "runa"; readonly attempt: string }
  /** It is a decision. */
  | { readonly by: "person"; readonly name: string; readonly at: string };

/** Where instances of one type come from, in their order. */
export function shownOrigins(
  store: Store,
  { view }: Evaluation,
  { name, annotation }: ArtifactType,
  instances: readonly Instance[],
): ShownOrigin[] {
  const delivered = originsOf(store, name, instances).map(originEntry);
  const loggedOrigin = (instance: Instance): ShownOrigin | null => {
    if (annotation?.kind === "audit") {
      const attempt = recordedAttemptOf(store, instance);
      return attempt === null ? null : { by: "runa", attempt };
    }
    if (!isDecision(annotation)) return null;
    const made = view.snapshot.logged.findLast(
      ({ type, id, contentHash }) => type === name && id === instance.id && contentHash === instance.contentHash,
    );
    return made === undefined ? null : { by: "person", name: made.by, at: rfc3339(made.at) };
  };
  return instances.map((instance, index) => loggedOrigin(instance) ?? delivered[index] ?? { by: "hand" });
}
