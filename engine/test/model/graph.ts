import type { ProtocolDeclaration } from "../../src/methodology/manifest.ts";

/*
 * The graph of contract.md section 5, as slowly as its text reads. Nothing here is indexed: every question is asked of
 * the declarations again.
 */

/** "`requires` on a type someone `produces` is a hard edge"; "a protocol has no edge to itself". */
export function hardEdge(all: readonly ProtocolDeclaration[], from: ProtocolDeclaration, to: ProtocolDeclaration) {
  return from.name !== to.name && to.requires.some((type) => ownerOf(all, type)?.name === from.name);
}

/**
 * "`requires` on a type only `may_produce`d, or `accepts`, is a soft edge, as are choice members"; "a type with a
 * `produces` owner has edges to that owner only".
 */
export function softEdge(all: readonly ProtocolDeclaration[], from: ProtocolDeclaration, to: ProtocolDeclaration) {
  if (from.name === to.name) return false;
  const comesFrom = (type: string) => {
    const owner = ownerOf(all, type);
    if (owner !== undefined) return owner.name === from.name;
    return from.mayProduce.includes(type) || from.choices.some((choice) => choice.members.includes(type));
  };
  return to.accepts.some(comesFrom) || to.requires.some((type) => ownerOf(all, type) === undefined && comesFrom(type));
}

function ownerOf(all: readonly ProtocolDeclaration[], type: string): ProtocolDeclaration | undefined {
  return all.find((protocol) => protocol.produces.includes(type));
}

/**
 * The order of a scope's protocols, by name. "Soft edges between members of one circle (a group of protocols that reach
 * each other over hard and soft edges) are left out, every other edge holds"; "if a hard cycle gets it stuck, the first
 * one left in the manifest goes next".
 */
export function orderOf(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]): string[] {
  const circles = groupsOf(scope, (from, to) => hardEdge(all, from, to) || softEdge(all, from, to));
  const inOneCircle = (one: ProtocolDeclaration, other: ProtocolDeclaration) =>
    circles.some((members) => members.includes(one.name) && members.includes(other.name));
  const holds = (from: ProtocolDeclaration, to: ProtocolDeclaration) =>
    hardEdge(all, from, to) || (softEdge(all, from, to) && !inOneCircle(from, to));
  let left = [...scope];
  const order: string[] = [];
  while (left.length > 0) {
    // "among the free ones always the one that the manifest lists first"
    const next = left.find((to) => !left.some((from) => holds(from, to))) ?? left[0];
    if (next === undefined) break;
    order.push(next.name);
    left = left.filter((protocol) => protocol !== next);
  }
  return order;
}

/** Whether some soft edge is left out. */
export function isStuckOverSoftEdges(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]) {
  const circles = groupsOf(scope, (from, to) => hardEdge(all, from, to) || softEdge(all, from, to));
  return circles.length > cyclesOf(scope, all).length;
}

/** "Every hard cycle (a group of protocols that reach each other over hard edges)", each in the manifest's order. */
export function cyclesOf(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]): string[][] {
  return groupsOf(scope, (from, to) => hardEdge(all, from, to));
}

type Edge = (from: ProtocolDeclaration, to: ProtocolDeclaration) => boolean;

/** The groups of more than one protocol that reach each other. */
function groupsOf(scope: readonly ProtocolDeclaration[], edge: Edge): string[][] {
  const reached = new Map(scope.map((from) => [from.name, reachableFrom(from, scope, edge)]));
  const reach = (from: ProtocolDeclaration, to: ProtocolDeclaration) => reached.get(from.name)?.has(to.name) === true;
  const groups = scope.map((one) =>
    scope.filter((other) => other === one || (reach(one, other) && reach(other, one))).map(({ name }) => name),
  );
  return groups.filter((group, index) => group.length > 1 && group[0] === scope[index]?.name);
}

function reachableFrom(start: ProtocolDeclaration, scope: readonly ProtocolDeclaration[], edge: Edge): Set<string> {
  const reached = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const to of scope)
      for (const from of scope)
        if (!reached.has(to.name) && (from === start || reached.has(from.name)) && edge(from, to)) {
          reached.add(to.name);
          grown = true;
        }
  }
  return reached;
}
