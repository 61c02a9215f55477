import { alikes, didYouMean } from "../suggestion.ts";
import type { TomlFinding } from "../toml/parse.ts";
import type { ProtocolDeclaration } from "./manifest.ts";
import { type Methodology, outputTypesOf } from "./methodology.ts";
import { propertyNames } from "./schema-parts.ts";
import type { Trigger } from "./trigger.ts";
import { typesOf } from "./trigger.ts";

/**
 * What is wrong with a manifest that loads all the same: what it says twice or in vain, names that are never declared,
 * types that nothing uses, protocols that nothing can trigger (contract.md section 2).
 */
export function manifestFindings(methodology: Methodology): TomlFinding[] {
  return [
    ...methodology.findings,
    ...undeclared(methodology),
    ...unused(methodology),
    ...alikeNames(methodology),
    ...hiddenTypes(methodology),
    ...undeliverableTypes(methodology),
    ...untriggerable(methodology),
    ...alwaysTriggered(methodology),
  ];
}

function undeclared({ types, protocols }: Methodology): TomlFinding[] {
  return protocols.flatMap((protocol, index) => {
    const uses = [
      ...protocol.requires.map((name) => ["requires", name] as const),
      ...protocol.accepts.map((name) => ["accepts", name] as const),
      ...protocol.produces.map((name) => ["produces", name] as const),
      ...protocol.mayProduce.map((name) => ["may_produce", name] as const),
      ...typesOf(protocol.trigger).map((name) => ["trigger", name] as const),
    ];
    return uses.flatMap(([key, name]): TomlFinding[] =>
      types.has(name)
        ? []
        : [
            {
              severity: "problem",
              rule: "undeclared-type",
              path: ["protocols", index, key],
              naming: name,
              at: "value",
              message: `protocol '${protocol.name}' names '${name}' in '${key}', which is not a declared artifact type${didYouMean(name, types.keys())}`,
            },
          ],
    );
  });
}

function unused({ types, protocols }: Methodology): TomlFinding[] {
  const used = new Set(
    protocols.flatMap((protocol) => [
      ...protocol.requires,
      ...protocol.accepts,
      ...outputTypesOf(protocol),
      ...typesOf(protocol.trigger),
    ]),
  );
  return [...types.values()].flatMap(({ name, annotation }, index): TomlFinding[] => {
    // A rejection outweighs, and records are kept for people to read, also where no protocol does.
    if (used.has(name) || annotation?.kind === "rejection" || annotation?.kind === "audit") return [];
    const what = annotation === null ? "nothing uses artifact type" : "nothing waits for approval type";
    return [
      {
        severity: "warning",
        rule: "unused-type",
        path: ["artifact_types", index, "name"],
        at: "value",
        message: `${what} '${name}'`,
      },
    ];
  });
}

/** Names that a reader takes for the same, as do file systems that fold case or normalise, on which they share files. */
function alikeNames({ types, protocols }: Methodology): TomlFinding[] {
  const findings = (names: readonly string[], list: string, what: string) =>
    alikes(names).flatMap(([first = "", ...others]) =>
      others.map(
        (name): TomlFinding => ({
          severity: "warning",
          rule: "alike-names",
          path: [list, names.indexOf(name), "name"],
          at: "value",
          message: `${what} '${name}' differs from '${first}' only in case or in how Unicode spells it: rename one of them`,
        }),
      ),
    );
  const protocolNames = protocols.map(({ name }) => name);
  return [
    ...findings([...types.keys()], "artifact_types", "artifact type"),
    ...findings(protocolNames, "protocols", "protocol"),
  ];
}

function hiddenTypes({ types }: Methodology): TomlFinding[] {
  return [...types.keys()].flatMap((name, index): TomlFinding[] =>
    name.startsWith(".")
      ? [
          {
            severity: "warning",
            rule: "hidden-type",
            path: ["artifact_types", index, "name"],
            at: "value",
            message: `artifact type '${name}' begins with a dot, and directories that do are passed over: no instance of it is ever seen`,
          },
        ]
      : [],
  );
}

/** Types that a protocol writes and no server can offer, because a tool needs the argument `instance_id` for itself. */
function undeliverableTypes({ types, protocols }: Methodology): TomlFinding[] {
  const written = new Set(protocols.flatMap(outputTypesOf));
  return [...types.values()].flatMap(({ name, schema }, index): TomlFinding[] => {
    if (!written.has(name) || !propertyNames(schema).has("instance_id")) return [];
    return [
      {
        severity: "warning",
        rule: "unofferable-output",
        path: ["artifact_types", index, "name"],
        at: "value",
        message: `artifact type '${name}' can never be delivered: its schema has a property 'instance_id', which its tool needs for itself; rename it`,
      },
    ];
  });
}

/** Protocols that no course of events can trigger: an empty `any_of`, or a circle that no external type enters. */
function untriggerable({ protocols }: Methodology): TomlFinding[] {
  const written = new Set(protocols.flatMap(outputTypesOf));
  const arisen = new Set<string>();
  const possible = (trigger: Trigger): boolean => {
    if ("name" in trigger) return !written.has(trigger.name) || arisen.has(trigger.name);
    return trigger.type === "all_of" ? trigger.conditions.every(possible) : trigger.conditions.some(possible);
  };
  let waiting: readonly ProtocolDeclaration[] = protocols;
  for (;;) {
    const triggered = waiting.filter((protocol) => possible(protocol.trigger));
    if (triggered.length === 0) break;
    for (const protocol of triggered) for (const type of outputTypesOf(protocol)) arisen.add(type);
    waiting = waiting.filter((protocol) => !triggered.includes(protocol));
  }
  const untriggered = waiting;
  return untriggered.map((protocol) => ({
    severity: "warning",
    rule: "untriggerable-protocol",
    path: ["protocols", protocols.findIndex((candidate) => candidate.name === protocol.name), "trigger"],
    at: "value",
    message: `nothing can trigger protocol '${protocol.name}': ${whyUntriggerable(protocol, untriggered)}`,
  }));
}

function whyUntriggerable(protocol: ProtocolDeclaration, untriggered: readonly ProtocolDeclaration[]): string {
  if (!isSatisfiable(protocol.trigger)) return "an empty any_of is never satisfied";
  const writersOf = (type: string) => untriggered.filter((other) => outputTypesOf(other).includes(type));
  const causes = new Set(typesOf(protocol.trigger).flatMap(writersOf));
  // A set goes on with what is added on the way.
  for (const cause of causes)
    for (const type of typesOf(cause.trigger)) for (const one of writersOf(type)) causes.add(one);
  const type = typesOf(protocol.trigger).find((name) => writersOf(name).length > 0);
  if (causes.has(protocol) || type === undefined) return "its trigger waits for types that only follow from it";
  const writers = writersOf(type).map(({ name }) => `'${name}'`);
  return `its trigger waits for '${type}', and nothing can trigger ${writers.join(" or ")}, which would write it`;
}

/** Whether there is a way to satisfy a trigger, whoever would have to go it. */
function isSatisfiable(trigger: Trigger): boolean {
  if ("name" in trigger) return true;
  return trigger.type === "all_of" ? trigger.conditions.every(isSatisfiable) : trigger.conditions.some(isSatisfiable);
}

function alwaysTriggered({ protocols }: Methodology): TomlFinding[] {
  const holdsEmptyAllOf = (trigger: Trigger): boolean =>
    !("name" in trigger) &&
    ((trigger.type === "all_of" && trigger.conditions.length === 0) || trigger.conditions.some(holdsEmptyAllOf));
  return protocols.flatMap((protocol, index): TomlFinding[] =>
    holdsEmptyAllOf(protocol.trigger)
      ? [
          {
            severity: "warning",
            rule: "empty-all-of",
            path: ["protocols", index, "trigger"],
            at: "value",
            message: `the trigger of protocol '${protocol.name}' holds an empty all_of, which is always satisfied`,
          },
        ]
      : [],
  );
}
