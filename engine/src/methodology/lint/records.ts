import type { TomlPath } from "../../diagnostic.ts";
import type { AuditAnnotation } from "../annotation.ts";
import { type Methodology, type Protocol, readTypesOf } from "../methodology.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";

/** Protocols that read each other's records in a circle: of each group the first. */
export function recordCircles({ protocols, types }: Methodology): ManifestFinding[] {
  const recordedBy = (reader: Protocol) =>
    new Map(
      auditTypesRead(reader, types).flatMap(({ type, annotation }) =>
        protocols
          .filter((other) => other !== reader && covers(annotation, other))
          .map((other): [Protocol, string] => [other, type]),
      ),
    );
  const reads = new Map(protocols.map((protocol) => [protocol, recordedBy(protocol)]));
  const told = new Set<Protocol>();
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    if (told.has(protocol)) return [];
    const group = protocols.filter((other) => reaches(reads, protocol, other) && reaches(reads, other, protocol));
    for (const member of group) told.add(member);
    const [, type] = [...(reads.get(protocol) ?? [])].find(([other]) => group.includes(other)) ?? [];
    if (type === undefined) return [];
    const names = group.map(({ name }) => `'${name}'`);
    return [
      inManifest(
        "records-in-circle",
        placeOf(protocol, index, type),
        `protocols ${names.slice(0, -1).join(", ")} and ${names.at(-1)} read each other's records: each attempt of one makes the others not current`,
        type,
      ),
    ];
  });
}

/** Records that a protocol requires, of whatever attempt and however that ended. */
export function unfilteredRecords({ protocols, types }: Methodology): ManifestFinding[] {
  return protocols.flatMap(({ name, requires }, index) =>
    requires.flatMap((type): ManifestFinding[] => {
      const annotation = types.get(type)?.annotation;
      if (annotation?.kind !== "audit" || annotation.outcomes !== null || annotation.protocols !== null) return [];
      return [
        inManifest(
          "unfiltered-records",
          ["protocols", index, "requires"],
          `protocol '${name}' requires '${type}', of which every attempt leaves one, also one that failed: its schema names neither outcomes nor protocols`,
          type,
        ),
      ];
    }),
  );
}

function auditTypesRead(
  protocol: Protocol,
  types: Methodology["types"],
): { readonly type: string; readonly annotation: AuditAnnotation }[] {
  return readTypesOf(protocol).flatMap((type) => {
    const annotation = types.get(type)?.annotation;
    return annotation?.kind === "audit" ? [{ type, annotation }] : [];
  });
}

function covers({ protocols }: AuditAnnotation, { name }: Protocol): boolean {
  return protocols?.includes(name) ?? true;
}

/** Whether one protocol reads another one's records, itself or through others. */
function reaches(reads: ReadonlyMap<Protocol, ReadonlyMap<Protocol, string>>, from: Protocol, to: Protocol): boolean {
  const seen = new Set<Protocol>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const read of reads.get(next)?.keys() ?? []) {
      if (read === to) return true;
      if (seen.has(read)) continue;
      seen.add(read);
      open.push(read);
    }
  return false;
}

/** Where a protocol names a type that it reads. */
function placeOf({ requires }: Protocol, index: number, type: string): TomlPath {
  return ["protocols", index, requires.includes(type) ? "requires" : "trigger"];
}
