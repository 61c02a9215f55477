import { executionOrder } from "../graph.ts";
import type { ProtocolDeclaration } from "../manifest.ts";
import { type Methodology, outputTypesOf } from "../methodology.ts";
import { typesOf } from "../trigger.ts";
import { inManifest, type ManifestFinding } from "./finding.ts";
import { type WritersByType, writersByType } from "./writers.ts";

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
    return [
      inManifest(
        "hard-cycle",
        ["protocols", protocols.findIndex(({ name }) => name === consumer.name), "requires"],
        `${circleText(cycle)} (hard dependencies; the members wait): let '${consumer.name}' accept ${types.map((type) => `'${type}'`).join(" and ")} of '${producer}' instead of requiring ${types.length > 1 ? "them" : "it"}`,
        first,
      ),
    ];
  });
}

// A longer circle is not read to its end, where what to do about it stands.
const MOST_SHOWN = 12;

function circleText(members: readonly string[]): string {
  const shown =
    members.length > MOST_SHOWN
      ? [...members.slice(0, MOST_SHOWN - 1), `${members.length - MOST_SHOWN + 1} more`]
      : members;
  return [...shown, ...members.slice(0, 1)].join(" -> ");
}

// In a cycle of very many edges one that breaks it all would be looked for very long.
const MOST_TRIED = 100;

/**
 * The edge of a cycle that is best softened: one that leaves no cycle, if there is one; rather one whose consumer's trigger
 * does not wait for the type all the same, and that leads back to a protocol which the manifest lists later.
 */
function edgeToSoften(members: readonly ProtocolDeclaration[]): HardEdge | null {
  const edges = members.flatMap((consumer, index) =>
    members.flatMap((producer, other): (HardEdge & { merit: number })[] => {
      const types = consumer.requires.filter((type) => producer.produces.includes(type));
      if (producer === consumer || types.length === 0) return [];
      const waits = typesOf(consumer.trigger).some((type) => types.includes(type));
      const merit = (waits ? 0 : 2) + (other > index ? 1 : 0);
      return [{ consumer, producer: producer.name, types, merit }];
    }),
  );
  const best = edges.sort((a, b) => b.merit - a.merit);
  return best.slice(0, MOST_TRIED).find((edge) => leavesNoCycle(members, edge)) ?? best[0] ?? null;
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
  const writers = writersByType(protocols);
  const stuck = stuckProtocols(protocols, writers, (protocol) => protocol.requires);
  if (stuck.size === 0) return [];
  const untriggerable = stuckProtocols(protocols, writers, () => []);
  const told = new Set(executionOrder({ protocols }).cycles.flat());
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    if (!stuck.has(protocol) || untriggerable.has(protocol) || told.has(protocol.name)) return [];
    const needed = neededBy(protocol, stuck, writers);
    const circle = [...needed].filter((other) => neededBy(other, stuck, writers).has(protocol));
    const type = protocol.requires.find((required) =>
      circle.some((other) => other !== protocol && outputTypesOf(other).includes(required)),
    );
    if (type === undefined) return [];
    for (const { name } of circle) told.add(name);
    const others = (writers.get(type) ?? []).filter((writer) => writer !== protocol);
    return [
      inManifest(
        "never-ready",
        ["protocols", index, "requires"],
        `nothing can ever make protocol '${protocol.name}' ready: it requires '${type}', which only ${others.map(({ name }) => `'${name}'`).join(" and ")} can deliver, and ${others.length > 1 ? "they wait" : "that waits"} for what follows from '${protocol.name}'`,
        type,
      ),
    ];
  });
}

/** The protocols, among some, that deliver what one needs, itself or through others. */
function neededBy(
  protocol: ProtocolDeclaration,
  among: ReadonlySet<ProtocolDeclaration>,
  writers: WritersByType<ProtocolDeclaration>,
): ReadonlySet<ProtocolDeclaration> {
  const reached = new Set<ProtocolDeclaration>();
  const open = [protocol];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const needed of [...next.requires, ...typesOf(next.trigger)])
      for (const writer of writers.get(needed) ?? []) {
        if (writer === next || !among.has(writer) || reached.has(writer)) continue;
        reached.add(writer);
        open.push(writer);
      }
  return reached;
}

/** Every protocol that cannot be carried out before something has come about that only follows from itself. */
function stuckProtocols(
  protocols: readonly ProtocolDeclaration[],
  writers: WritersByType<ProtocolDeclaration>,
  needs: (protocol: ProtocolDeclaration) => readonly string[],
): ReadonlySet<ProtocolDeclaration> {
  const arisen = new Set<string>();
  const waiting = new Set(protocols);
  const canArise = (type: string) => !writers.has(type) || arisen.has(type);
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const protocol of waiting) {
      // Of what only it writes itself a person puts the first one there.
      const alone = (type: string) => writers.get(type)?.every((writer) => writer === protocol) === true;
      if (!isPossible(protocol.trigger, canArise)) continue;
      if (!needs(protocol).every((type) => canArise(type) || alone(type))) continue;
      waiting.delete(protocol);
      for (const type of outputTypesOf(protocol)) arisen.add(type);
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
  const writers = writersByType(protocols);
  return protocols.flatMap((protocol, index): ManifestFinding[] => {
    const needed = [...new Set([...protocol.requires, ...alwaysNamed(protocol.trigger)])];
    return protocols.flatMap((owner) =>
      // Seen from outside the work units, each of them may have chosen another member.
      owner.scoped && !protocol.scoped
        ? []
        : owner.choices.flatMap((choice): ManifestFinding[] => {
            const members = needed.filter((type) => choice.members.includes(type) && writers.get(type)?.length === 1);
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
