import { executionOrder } from "../graph.ts";
import type { ProtocolDeclaration } from "../manifest.ts";
import { type Methodology, outputTypesOf } from "../methodology.ts";
import { typesOf } from "../trigger.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";

/** What a protocol requires of another one's products. */
interface HardEdge {
  readonly consumer: ProtocolDeclaration;
  readonly producer: string;
  readonly types: readonly string[];
}

/** Each hard cycle, at the requirement that is best given up. */
export function hardCycles({ protocols }: Methodology): ManifestFinding[] {
  return executionOrder({ protocols }).cycles.flatMap((cycle): ManifestFinding[] => {
    const members = protocols.filter(({ name }) => cycle.includes(name));
    const edge = edgeToSoften(members);
    if (edge === null) return [];
    const { consumer, producer, types } = edge;
    const [first = ""] = types;
    const circle = [...cycle, cycle[0] ?? ""].join(" -> ");
    return [
      inManifest(
        "hard-cycle",
        ["protocols", protocols.findIndex(({ name }) => name === consumer.name), "requires"],
        `${circle} (hard dependencies; the members wait): let '${consumer.name}' accept ${types.map((type) => `'${type}'`).join(" and ")} of '${producer}' instead of requiring ${types.length > 1 ? "them" : "it"}`,
        first,
      ),
    ];
  });
}

/**
 * The edge of a cycle whose softening does most: it leaves no cycle, the protocol's trigger does not wait for the type
 * all the same, and it leads back, from a protocol to one that the manifest lists later.
 */
function edgeToSoften(members: readonly ProtocolDeclaration[]): HardEdge | null {
  const edges = members.flatMap((consumer, index) =>
    members.flatMap((producer, other): (HardEdge & { merit: number })[] => {
      const types = consumer.requires.filter((type) => producer.produces.includes(type));
      if (producer === consumer || types.length === 0) return [];
      const edge = { consumer, producer: producer.name, types };
      const merits = [
        leavesNoCycle(members, edge),
        !typesOf(consumer.trigger).some((type) => types.includes(type)),
        other > index,
      ];
      return [{ ...edge, merit: merits.reduce((sum, merit) => sum * 2 + (merit ? 1 : 0), 0) }];
    }),
  );
  return edges.reduce<(HardEdge & { merit: number }) | null>(
    (best, edge) => (best === null || edge.merit > best.merit ? edge : best),
    null,
  );
}

function leavesNoCycle(members: readonly ProtocolDeclaration[], { consumer, types }: HardEdge): boolean {
  const softened = members.map((member) =>
    member === consumer ? { ...member, requires: member.requires.filter((type) => !types.includes(type)) } : member,
  );
  return executionOrder({ protocols: softened }).cycles.length === 0;
}

/**
 * Protocols that can be triggered and never get what they require, because it only follows from themselves: of each
 * circle the first. Those of hard cycles are told as such.
 */
export function neverReady({ protocols }: Methodology): ManifestFinding[] {
  const stuck = stuckProtocols(protocols, (protocol) => protocol.requires);
  const untriggerable = stuckProtocols(protocols, () => []);
  const told = new Set(executionOrder({ protocols }).cycles.flat());
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    if (!stuck.has(protocol) || untriggerable.has(protocol) || told.has(protocol.name)) return [];
    const circle = [...neededBy(protocol, stuck)].filter((other) => neededBy(other, stuck).has(protocol));
    const type = protocol.requires.find((required) =>
      circle.some((other) => other !== protocol && outputTypesOf(other).includes(required)),
    );
    if (type === undefined) return [];
    for (const { name } of circle) told.add(name);
    const writers = writersOf(type, protocols).filter((writer) => writer !== protocol);
    return [
      inManifest(
        "never-ready",
        ["protocols", index, "requires"],
        `nothing can ever make protocol '${protocol.name}' ready: it requires '${type}', which only ${writers.map(({ name }) => `'${name}'`).join(" and ")} can deliver, and ${writers.length > 1 ? "they wait" : "that waits"} for what follows from '${protocol.name}'`,
        type,
      ),
    ];
  });
}

/** The protocols, among some, that deliver what one needs, itself or through others. */
function neededBy(
  protocol: ProtocolDeclaration,
  among: ReadonlySet<ProtocolDeclaration>,
): ReadonlySet<ProtocolDeclaration> {
  const reached = new Set<ProtocolDeclaration>();
  const open = [protocol];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const needed of [...next.requires, ...typesOf(next.trigger)])
      for (const writer of writersOf(needed, [...among])) {
        if (writer === next || reached.has(writer)) continue;
        reached.add(writer);
        open.push(writer);
      }
  return reached;
}

function writersOf(type: string, protocols: readonly ProtocolDeclaration[]): ProtocolDeclaration[] {
  return protocols.filter((protocol) => outputTypesOf(protocol).includes(type));
}

/** Every protocol that cannot be carried out before something has come about that only follows from itself. */
function stuckProtocols(
  protocols: readonly ProtocolDeclaration[],
  needs: (protocol: ProtocolDeclaration) => readonly string[],
): ReadonlySet<ProtocolDeclaration> {
  const written = new Set(protocols.flatMap(outputTypesOf));
  const arisen = new Set<string>();
  const waiting = new Set(protocols);
  const canArise = (type: string) => !written.has(type) || arisen.has(type);
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const protocol of waiting) {
      // One that requires its own product needs no other to have delivered it: a person puts the first one there.
      const own = outputTypesOf(protocol);
      const alone = (type: string) => own.includes(type) && writersOf(type, protocols).length === 1;
      if (!isPossible(protocol.trigger, canArise)) continue;
      if (!needs(protocol).every((type) => canArise(type) || alone(type))) continue;
      waiting.delete(protocol);
      for (const type of own) arisen.add(type);
    }
  }
  return waiting;
}

/** Whether a trigger can be satisfied where these types can come about. */
function isPossible(trigger: ProtocolDeclaration["trigger"], canArise: (type: string) => boolean): boolean {
  if ("name" in trigger) return canArise(trigger.name);
  return trigger.type === "all_of"
    ? trigger.conditions.every((condition) => isPossible(condition, canArise))
    : trigger.conditions.some((condition) => isPossible(condition, canArise));
}

/** Protocols that need two members of one choice group at once, which nobody but its owner can deliver. */
export function exclusiveInputs({ protocols }: Methodology): ManifestFinding[] {
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    const needed = [...new Set([...protocol.requires, ...alwaysNamed(protocol.trigger)])];
    return protocols.flatMap((owner) =>
      // Seen from outside the work units, each of them may have chosen another member.
      owner.scoped && !protocol.scoped
        ? []
        : owner.choices.flatMap((choice): ManifestFinding[] => {
            const members = needed.filter(
              (type) => choice.members.includes(type) && writersOf(type, protocols).length === 1,
            );
            const [first, second] = members;
            if (first === undefined || second === undefined) return [];
            const key = protocol.requires.includes(second) ? "requires" : "trigger";
            return [
              inManifest(
                "exclusive-inputs",
                ["protocols", index, key],
                `protocol '${protocol.name}' needs '${first}' and '${second}', of which '${owner.name}' delivers only one at a time (choice group '${choice.name}')`,
                second,
              ),
            ];
          }),
    );
  });
}

/** The types that have to be there, valid, whenever a trigger is satisfied. */
function alwaysNamed(trigger: ProtocolDeclaration["trigger"]): readonly string[] {
  if ("name" in trigger) return trigger.type === "on_artifact" ? [trigger.name] : [];
  const [first = [], ...others] = trigger.conditions.map(alwaysNamed);
  if (trigger.type === "all_of") return [first, ...others].flat();
  return first.filter((type) => others.every((other) => other.includes(type)));
}
