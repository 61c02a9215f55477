import { type Instance, rfc3339, type Store, type WallTime } from "@runa/store";
import { type Origin, originsOf } from "@runa/store/deliveries";

/** Where an instance's content comes from, as documents have it. */
export type OriginEntry =
  | {
      readonly by: "attempt";
      readonly attempt: string;
      readonly protocol: string;
      readonly work_unit?: string;
      readonly via: "tool" | "file" | "confirmed";
      /** Left out where the log does not tell. */
      readonly at?: string;
    }
  | {
      readonly by: "server" | "hand";
      /** When it was written, as its file tells, or was seen to be gone. Left out where nothing tells, and where the document says so itself. */
      readonly at?: string;
    };

export function originEntry(origin: Origin): OriginEntry {
  if (origin.by !== "attempt") return { by: origin.by };
  const { attempt, protocol, workUnit, via, at } = origin;
  return {
    by: "attempt",
    attempt,
    protocol,
    ...(workUnit !== null && { work_unit: workUnit }),
    via,
    ...(at !== null && { at: rfc3339(at) }),
  };
}

/** Where the content of one instance comes from, and since when it lies there. */
export function originOf(store: Store, instance: Instance): OriginEntry {
  const [origin = { by: "hand" } as const] = originsOf(store, instance.type, [instance]);
  const written = fileTime(instance);
  return origin.by === "attempt" || written === null ? originEntry(origin) : { by: origin.by, at: written };
}

/** When an instance's file was written last, as the file system tells; null where there is none. */
export function fileTime({ mtime }: Pick<Instance, "mtime">): string | null {
  return mtime === null ? null : rfc3339(Math.floor(Number(mtime) / 1000) as WallTime);
}
