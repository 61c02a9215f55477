import type { ProtocolDeclaration } from "./manifest.ts";

/** The order in which a scope's protocols are looked at, and the hard cycles among them. */
export interface Graph<P extends ProtocolDeclaration> {
  /** Topological; ties follow the manifest. */
  readonly order: readonly P[];
  /** Each group of protocols that reach each other over hard edges, in the manifest's order. */
  readonly cycles: readonly (readonly string[])[];
}

/** For each protocol, by index, the indices of those that come before it. */
type Edges = readonly ReadonlySet<number>[];

/**
 * Orders the protocols of a scope (contract.md section 5): `requires` on a type that someone `produces` is a hard edge;
 * `requires` on one that is only optionally written, `accepts`, and choice members make soft ones.
 */
export function graphOf<P extends ProtocolDeclaration>(
  protocols: readonly P[],
  allProtocols: readonly ProtocolDeclaration[],
): Graph<P> {
  const { hard, all } = edgesOf(protocols, allProtocols);
  const order = sorted(all, false) ?? sorted(hard, true) ?? [];
  return {
    order: order.flatMap((index) => protocols[index] ?? []),
    cycles: cyclesOf(hard).map((cycle) => cycle.flatMap((index) => protocols[index]?.name ?? [])),
  };
}

/** The order and the cycles of a whole methodology, over both scopes. */
export function executionOrder<P extends ProtocolDeclaration>({
  protocols,
}: {
  readonly protocols: readonly P[];
}): Graph<P> {
  return graphOf(protocols, protocols);
}

function edgesOf(
  protocols: readonly ProtocolDeclaration[],
  allProtocols: readonly ProtocolDeclaration[],
): { hard: Edges; all: Edges } {
  const owners = new Map<string, number>();
  const optionalWriters = new Map<string, number[]>();
  for (const [index, protocol] of protocols.entries()) {
    for (const type of protocol.produces) owners.set(type, index);
    for (const type of [...protocol.mayProduce, ...protocol.choices.flatMap((choice) => choice.members)]) {
      const writers = optionalWriters.get(type);
      if (writers === undefined) optionalWriters.set(type, [index]);
      else writers.push(index);
    }
  }
  // A type with an owner has edges to that owner only, also where the owner belongs to the other scope.
  const owned = new Set(allProtocols.flatMap((protocol) => protocol.produces));
  const writersOf = (type: string): readonly number[] => {
    const owner = owners.get(type);
    if (owner !== undefined) return [owner];
    return owned.has(type) ? [] : (optionalWriters.get(type) ?? []);
  };
  const hard = protocols.map((protocol, index) => {
    const before = new Set<number>();
    for (const type of protocol.requires) {
      const owner = owners.get(type);
      if (owner !== undefined && owner !== index) before.add(owner);
    }
    return before;
  });
  // What has an owner has an edge to it here as well, so these are the hard ones and the soft ones.
  const all = protocols.map((protocol, index) => {
    const before = new Set<number>();
    for (const types of [protocol.requires, protocol.accepts])
      for (const type of types) for (const writer of writersOf(type)) if (writer !== index) before.add(writer);
    return before;
  });
  return { hard, all };
}

/**
 * Kahn's algorithm, always taking the free one that comes first. Where it gets stuck: null, or, `forced`, the first one
 * left goes next.
 */
function sorted(edges: Edges, forced: boolean): number[] | null {
  const followers: number[][] = edges.map(() => []);
  const open = edges.map((before, index) => {
    for (const one of before) followers[one]?.push(index);
    return before.size;
  });
  const free = new Heap();
  for (const [index, count] of open.entries()) if (count === 0) free.push(index);
  const done = new Set<number>();
  const order: number[] = [];
  let firstLeft = 0;
  while (order.length < edges.length) {
    let next = free.pop();
    if (next === undefined) {
      if (!forced) return null;
      while (done.has(firstLeft)) firstLeft++;
      next = firstLeft;
    }
    done.add(next);
    order.push(next);
    for (const follower of followers[next] ?? []) {
      const left = (open[follower] ?? 0) - 1;
      open[follower] = left;
      if (left === 0 && !done.has(follower)) free.push(follower);
    }
  }
  return order;
}

/** A binary heap of numbers, smallest first. */
class Heap {
  readonly #items: number[] = [];

  push(item: number): void {
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent) <= this.#at(at)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  pop(): number | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (first === undefined || last === undefined || this.#items.length === 0) return first;
    this.#items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#items.length && this.#at(child) < this.#at(least)) least = child;
      if (least === at) return first;
      this.#swap(least, at);
      at = least;
    }
  }

  #at(index: number): number {
    return this.#items[index] ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    [this.#items[a], this.#items[b]] = [this.#at(b), this.#at(a)];
  }
}

/** Tarjan's strongly connected components of more than one member, without recursion: a chain may be long. */
function cyclesOf(edges: Edges): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const cycles: number[][] = [];
  const lower = (node: number, value: number) => low.set(node, Math.min(low.get(node) ?? value, value));
  for (const root of edges.keys()) {
    if (index.has(root)) continue;
    const path: { node: number; rest: Iterator<number> }[] = [];
    const enter = (node: number) => {
      low.set(node, index.size);
      index.set(node, index.size);
      stack.push(node);
      onStack.add(node);
      path.push({ node, rest: (edges[node] ?? new Set<number>()).values() });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const next = top.rest.next();
      if (!next.done) {
        const seen = index.get(next.value);
        if (seen === undefined) enter(next.value);
        else if (onStack.has(next.value)) lower(node, seen);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.node, low.get(node) ?? 0);
      if (low.get(node) !== index.get(node)) continue;
      const group = stack.splice(stack.lastIndexOf(node));
      for (const member of group) onStack.delete(member);
      if (group.length > 1) cycles.push(group.sort((a, b) => a - b));
    }
  }
  return cycles.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}
