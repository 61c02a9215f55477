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

/** The order of a scope's protocols, by name. */
export function orderOf(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]): string[] {
  const both = topological(scope, (from, to) => hardEdge(all, from, to) || softEdge(all, from, to), false);
  return both ?? topological(scope, (from, to) => hardEdge(all, from, to), true) ?? [];
}

/** Whether hard and soft edges together leave no order, so that the soft ones are left out. */
export function isStuckOverSoftEdges(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]) {
  return topological(scope, (from, to) => hardEdge(all, from, to) || softEdge(all, from, to), false) === null;
}

/** "Among the free ones always the one that the manifest lists first"; stuck: null, or "the first one left" goes next. */
function topological(
  scope: readonly ProtocolDeclaration[],
  edge: (from: ProtocolDeclaration, to: ProtocolDeclaration) => boolean,
  forced: boolean,
): string[] | null {
  let left = [...scope];
  const order: string[] = [];
  while (left.length > 0) {
    const free = left.find((to) => !left.some((from) => edge(from, to))) ?? (forced ? left[0] : undefined);
    if (free === undefined) return null;
    order.push(free.name);
    left = left.filter((protocol) => protocol !== free);
  }
  return order;
}

/** "Every hard cycle (a group of protocols that reach each other over hard edges)", each in the manifest's order. */
export function cyclesOf(scope: readonly ProtocolDeclaration[], all: readonly ProtocolDeclaration[]): string[][] {
  const reached = new Map(scope.map((from) => [from.name, reachableFrom(from, scope, all)]));
  const reach = (from: ProtocolDeclaration, to: ProtocolDeclaration) => reached.get(from.name)?.has(to.name) === true;
  const groups = scope.map((one) =>
    scope.filter((other) => other === one || (reach(one, other) && reach(other, one))).map(({ name }) => name),
  );
  return groups.filter((group, index) => group.length > 1 && group[0] === scope[index]?.name);
}

function reachableFrom(
  start: ProtocolDeclaration,
  scope: readonly ProtocolDeclaration[],
  all: readonly ProtocolDeclaration[],
): Set<string> {
  const reached = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const to of scope)
      for (const from of scope)
        if (!reached.has(to.name) && (from === start || reached.has(from.name)) && hardEdge(all, from, to)) {
          reached.add(to.name);
          grown = true;
        }
  }
  return reached;
}
