import type { ProtocolDeclaration } from "./manifest.ts";

/** The order in which a scope's protocols are looked at, and the hard cycles among them. */
export interface Graph<P extends ProtocolDeclaration> {
  /** Topological; ties follow the manifest. */
  readonly order: readonly P[];
  /** Each group of protocols that reach each other over hard edges, in the manifest's order. */
  readonly cycles: readonly (readonly string[])[];
}

/** For each protocol, by index, the indices of those that come before it, each once. */
type Edges = readonly (readonly number[])[];

/**
 * Orders the protocols of a scope (contract.md section 5): `requires` on a type that someone `produces` is a hard edge;
 * `requires` on one that is only optionally written, `accepts`, and choice members make soft ones. Inside a circle soft
 * edges are left out; what lies before and behind it keeps its place.
 */
export function graphOf<P extends ProtocolDeclaration>(
  protocols: readonly P[],
  allProtocols: readonly ProtocolDeclaration[],
): Graph<P> {
  const named = (indices: readonly number[]) => {
    const found: P[] = [];
    for (const index of indices) {
      const protocol = protocols[index];
      if (protocol !== undefined) found.push(protocol);
    }
    return found;
  };
  const writers = new Writers(protocols, allProtocols);
  const edges = edgesOf(protocols, writers);
  const order = sorted(edges, false);
  // What has no circle at all has no hard cycle.
  if (order !== null) return { order: named(order), cycles: [] };
  const hard = edgesOf(protocols, writers, "hard");
  return {
    order: named(sorted(withoutSoftCircles(edges, hard), true) ?? []),
    cycles: cyclesOf(hard).map((cycle) => named(cycle).map(({ name }) => name)),
  };
}

/** The edges without the soft ones between members of one circle. */
function withoutSoftCircles(edges: Edges, hard: Edges): Edges {
  const circleOf = new Map(cyclesOf(edges).flatMap((circle) => circle.map((member) => [member, circle] as const)));
  return edges.map((before, index) => {
    const circle = circleOf.get(index);
    if (circle === undefined) return before;
    const kept = new Set(hard[index]);
    return before.filter((one) => circleOf.get(one) !== circle || kept.has(one));
  });
}

/** The order and the cycles of a whole methodology, over both scopes. */
export function executionOrder<P extends ProtocolDeclaration>({
  protocols,
}: {
  readonly protocols: readonly P[];
}): Graph<P> {
  return graphOf(protocols, protocols);
}

/** Who writes each type, among the protocols of a scope, by index. */
class Writers {
  readonly #owners = new Map<string, number>();
  readonly #optional = new Map<string, number[]>();
  readonly #allProtocols: readonly ProtocolDeclaration[];
  /** The types that have an owner, of whatever scope. */
  #owned: ReadonlySet<string> | undefined;

  constructor(protocols: readonly ProtocolDeclaration[], allProtocols: readonly ProtocolDeclaration[]) {
    this.#allProtocols = allProtocols;
    let index = 0;
    for (const { produces, mayProduce, choices } of protocols) {
      for (const type of produces) this.#owners.set(type, index);
      for (const type of mayProduce) this.#writes(type, index);
      for (const { members } of choices) for (const type of members) this.#writes(type, index);
      index++;
    }
  }

  #writes(type: string, index: number): void {
    const writers = this.#optional.get(type);
    if (writers === undefined) this.#optional.set(type, [index]);
    else writers.push(index);
  }

  ownerOf(type: string): number | undefined {
    return this.#owners.get(type);
  }

  /** Those whom a type without an owner in this scope comes from; one that is owned elsewhere comes from there only. */
  optional(type: string): readonly number[] {
    const writers = this.#optional.get(type);
    if (writers === undefined) return [];
    this.#owned ??= new Set(this.#allProtocols.flatMap(({ produces }) => produces));
    return this.#owned.has(type) ? [] : writers;
  }
}

/** The edges of every kind, or the hard ones. */
function edgesOf(protocols: readonly ProtocolDeclaration[], writers: Writers, only?: "hard"): Edges {
  /** For whom a protocol was last noted as one that comes before, by index. */
  const noted: number[] = [];
  return protocols.map(({ requires, accepts }, index) => {
    const before: number[] = [];
    const types = only === "hard" || accepts.length === 0 ? requires : [...requires, ...accepts];
    for (const type of types) {
      const owner = writers.ownerOf(type);
      const found = owner !== undefined ? [owner] : only === "hard" ? [] : writers.optional(type);
      for (const writer of found) {
        if (writer === index || noted[writer] === index) continue;
        noted[writer] = index;
        before.push(writer);
      }
    }
    return before;
  });
}

/**
 * Kahn's algorithm, always taking the free one that comes first. Where it gets stuck: null, or, `forced`, the first one
 * left goes next.
 */
function sorted(edges: Edges, forced: boolean): readonly number[] | null {
  // As most manifests are written: then the first one left is always free.
  if (edges.every((before, index) => before.every((one) => one < index))) return [...edges.keys()];
  const followers: number[][] = edges.map(() => []);
  const open = edges.map((before, index) => {
    for (const one of before) followers[one]?.push(index);
    return before.length;
  });
  const free = new Heap();
  for (const [index, count] of open.entries()) if (count === 0) free.push(index);
  const done: boolean[] = edges.map(() => false);
  const order: number[] = [];
  let firstLeft = 0;
  while (order.length < edges.length) {
    let next = free.pop();
    if (next === undefined) {
      if (!forced) return null;
      while (done[firstLeft] === true) firstLeft++;
      next = firstLeft;
    }
    done[next] = true;
    order.push(next);
    for (const follower of followers[next] ?? []) {
      const left = (open[follower] ?? 0) - 1;
      open[follower] = left;
      if (left === 0 && done[follower] === false) free.push(follower);
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
      path.push({ node, rest: (edges[node] ?? []).values() });
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
