import { dirname } from "node:path";
import { readContent } from "@runa/store/contents";
import { type EventBodies, readEvents } from "@runa/store/log";
import { RunaError } from "../diagnostic.ts";
import { logTellsTooLittle, methodologyNotKept, methodologyNotTold, notOneMoment } from "../messages.ts";
import { instructionsFile, loadMethodology, type Methodology, schemaFile } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";
import { pointOf, type When } from "./point.ts";

/** A project as it was right after an event. */
export interface ProjectThen extends OpenProject {
  readonly past: NonNullable<OpenProject["past"]>;
}

/**
 * An open project as it was (decisions 6): what was there and what had happened is folded from the log, and judged by the
 * methodology of then. Configuration, people and processes are those of now. The project that was opened is given up for it.
 * @throws RunaError where the log does not tell, or the methodology of then is not kept; DiagnosticsError
 */
export async function projectAt(project: OpenProject, when: When): Promise<ProjectThen> {
  const point = pointOf(project.store, when);
  if (point.kind !== "event") throw new RunaError(notOneMoment());
  const { lookBack } = await import("@runa/store/replay");
  const past = lookBack(project.store, point.seq);
  if ("kind" in past) throw new RunaError(logTellsTooLittle(point.seq, past.seq, past.wholeFrom));
  const methodology = await methodologyThen(project, point.seq);
  return { ...project, lockfile: null, methodology, past: { ...past, at: point.at } };
}

async function methodologyThen({ store, methodology }: OpenProject, seq: number): Promise<Methodology> {
  const [told] = readEvents(store, { kind: "methodology_changed", limit: 1, last: true });
  if (told === undefined || !told.known || told.kind !== "methodology_changed")
    throw new RunaError(methodologyNotTold(seq));
  if (told.body.fingerprint === methodology.sourcesHash) return methodology;
  const sources = new Map(
    Array.from(sourcesOf(methodology.file, told.body), ([file, { name, hash }]) => {
      const found = readContent(store, hash);
      if (found.kind !== "kept") throw new RunaError(methodologyNotKept(told.seq, name, found.kind === "forgotten"));
      return [file, found.bytes] as const;
    }),
  );
  return loadMethodology(methodology.file, undefined, (file) => {
    const bytes = sources.get(file);
    if (bytes === undefined) throw Object.assign(new Error(`no such file: ${file}`), { code: "ENOENT" });
    return bytes;
  });
}

/** Where the files of a methodology would lie, each with the hash that the log tells. */
function sourcesOf(
  manifest: string,
  told: EventBodies["methodology_changed"],
): Map<string, { readonly name: string; readonly hash: string }> {
  const root = dirname(manifest);
  return new Map([
    [manifest, { name: "the manifest", hash: told.manifest }],
    ...Object.entries(told.schemas).map(
      ([type, hash]) => [schemaFile(root, type), { name: `the schema of '${type}'`, hash }] as const,
    ),
    ...Object.entries(told.instructions).map(
      ([protocol, hash]) =>
        [instructionsFile(root, protocol), { name: `the instructions of '${protocol}'`, hash }] as const,
    ),
  ]);
}
