import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstanceId, InstanceRef } from "@runa/store";
import { fileNameOf } from "@runa/store/files";
import { Contents, type MakeValue } from "../cases/contents.ts";
import { type Methodology, outputTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";
import type { OpenProject } from "../project/project.ts";

/** The types that some of these protocols read and none of them writes: others bring them. Decisions and records are made otherwise. */
function externalTypes({ types }: Methodology, protocols: readonly Protocol[]): string[] {
  const written = new Set(protocols.flatMap(outputTypesOf));
  const read = new Set(protocols.flatMap((protocol) => [...readTypesOf(protocol), ...protocol.accepts]));
  return [...types.values()].flatMap(({ name, annotation }) =>
    annotation === null && read.has(name) && !written.has(name) ? [name] : [],
  );
}

/**
 * Puts one instance of each type there that is brought from outside, made up from its schema: by people, and for a work unit
 * alone by the unscoped protocols as well.
 * @param unit the work unit that is named where a schema knows one
 * @param alone whether only this work unit is rehearsed
 * @throws RunaError where nothing can be made that a schema allows
 */
export async function makeInputs(
  { methodology, workspace }: OpenProject,
  make: MakeValue,
  unit: string,
  alone: boolean,
): Promise<InstanceRef[]> {
  const contents = new Contents(make);
  const made: InstanceRef[] = [];
  const protocols = methodology.protocols.filter(({ scoped }) => scoped || !alone);
  for (const name of externalTypes(methodology, protocols)) {
    const type = methodology.types.get(name);
    if (type === undefined) continue;
    const id = name as InstanceId;
    const bytes = await contents.bytesOf(type, { kind: "made" }, unit);
    mkdirSync(join(workspace, name), { recursive: true });
    writeFileSync(join(workspace, name, fileNameOf(id)), bytes);
    made.push({ type: name, id });
  }
  return made;
}
