import type { TomlPath } from "../../diagnostic.ts";
import { didYouMean } from "../../suggestion.ts";
import type { ProtocolDeclaration } from "../manifest.ts";
import { type Methodology, readTypesOf } from "../methodology.ts";
import { type Trigger, typesOf } from "../trigger.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";
import { type WritersByType, writersByType } from "./writers.ts";

/** Every `on_change` of a declared type that the protocol neither requires nor accepts. */
export function unreadChanges({ protocols, types }: Methodology): ManifestFinding[] {
  return protocols.flatMap(({ name, requires, accepts, trigger }, index) =>
    primitivesWithPaths(trigger, ["protocols", index, "trigger"]).flatMap(({ type, artifactType, path }) =>
      type !== "on_change" || !types.has(artifactType) || [...requires, ...accepts].includes(artifactType)
        ? []
        : [
            inManifest(
              "unread-change",
              [...path, "name"],
              `protocol '${name}' is triggered by a change of '${artifactType}' and neither requires nor accepts it: its agent is not shown what has changed`,
            ),
          ],
    ),
  );
}

function primitivesWithPaths(
  trigger: Trigger,
  path: TomlPath,
): { readonly type: Trigger["type"]; readonly artifactType: string; readonly path: TomlPath }[] {
  if ("name" in trigger) return [{ type: trigger.type, artifactType: trigger.name, path }];
  return trigger.conditions.flatMap((condition, index) =>
    primitivesWithPaths(condition, [...path, "conditions", index]),
  );
}

/**
 * Decisions about a protocol's work that it accepts, where nothing makes the rework start: no protocol's trigger or
 * `requires` names them, and neither it nor another one that the decision is about is triggered by the group.
 */
export function untriggeredFeedback({ protocols }: Methodology): ManifestFinding[] {
  const writers = writersByType(protocols);
  const acted = new Set(protocols.flatMap(readTypesOf));
  const accepted = new Set(protocols.flatMap(({ accepts }) => accepts).filter((type) => !acted.has(type)));
  return protocols.flatMap((judge) => {
    if (!judge.choices.some(({ members }) => members.some((member) => accepted.has(member)))) return [];
    const judged = upstreamOf(judge, protocols, writers);
    return judge.choices.flatMap(({ members }): ManifestFinding[] => {
      const back = judged.some(({ trigger }) => typesOf(trigger).some((type) => members.includes(type)));
      if (back) return [];
      return judged.flatMap((protocol) =>
        protocol.accepts
          .filter((type) => members.includes(type) && accepted.has(type))
          .map((type) =>
            inManifest(
              "feedback-without-trigger",
              ["protocols", protocols.indexOf(protocol), "accepts"],
              `protocol '${protocol.name}' accepts '${type}', in which '${judge.name}' decides about its work, but no trigger names it: nothing starts the rework`,
              type,
            ),
          ),
      );
    });
  });
}

/** The other protocols whose products one reads, itself or through others. */
function upstreamOf<P extends ProtocolDeclaration>(
  protocol: P,
  protocols: readonly P[],
  writers: WritersByType<P>,
): P[] {
  const found = new Set<P>([protocol]);
  for (const reader of found)
    for (const type of [...readTypesOf(reader), ...reader.accepts])
      for (const writer of writers.get(type) ?? []) found.add(writer);
  found.delete(protocol);
  return protocols.filter((one) => found.has(one));
}

const TOP_LEVEL = ["name", "artifact_types", "protocols"];

/** Top-level keys that are nearly those that runa reads; others belong to somebody else. */
export function misspeltTables({ document }: Methodology): ManifestFinding[] {
  return Object.keys(document.table).flatMap((key): ManifestFinding[] => {
    const suggestion = TOP_LEVEL.includes(key) ? "" : didYouMean(key, TOP_LEVEL);
    if (suggestion === "") return [];
    const finding = inManifest("misspelt-table", [key], `top-level key '${key}' has no effect${suggestion}`);
    return [{ ...finding, at: "key" }];
  });
}
