import { type Instance, type Instances, summaryOf, type TypeSummary, type WorkUnit } from "@runa/store";
import type { ListName } from "./gates.ts";

/** A list that is made of another type's instances, each time of those of one work unit or of all. */
export interface DerivedList {
  readonly source: string;
  make(instances: readonly Instance[]): readonly Instance[];
}

/** Instances of which some lists are derived; every other one is as it was read. Each is made when it is asked for. */
export class DecidedInstances implements Instances {
  readonly #read: Instances;
  readonly #derived: ReadonlyMap<ListName, DerivedList>;
  readonly #made = new Map<string, readonly Instance[]>();

  constructor(read: Instances, derived: ReadonlyMap<ListName, DerivedList>) {
    this.#read = read;
    this.#derived = derived;
  }

  get size(): number {
    return this.#read.size;
  }

  has(type: string): boolean {
    return this.#read.has(type);
  }

  get(name: ListName): readonly Instance[] | undefined {
    const list = this.#derived.get(name);
    if (list === undefined) return this.#read.get(name);
    return this.#once(name, () => list.make(this.#read.get(list.source) ?? []));
  }

  forWorkUnit(name: ListName, workUnit: WorkUnit): readonly Instance[] {
    const list = this.#derived.get(name);
    if (list === undefined) return this.#read.forWorkUnit(name, workUnit);
    return this.#once(`${name}\0=${workUnit}`, () => list.make(this.#read.forWorkUnit(list.source, workUnit)));
  }

  summary(name: ListName): TypeSummary {
    return this.#derived.has(name) ? summaryOf(this.get(name) ?? []) : this.#read.summary(name);
  }

  summaryFor(name: ListName, workUnit: WorkUnit): TypeSummary {
    return this.#derived.has(name)
      ? summaryOf(this.forWorkUnit(name, workUnit))
      : this.#read.summaryFor(name, workUnit);
  }

  summaries(name: ListName): ReadonlyMap<WorkUnit | null, TypeSummary> {
    const list = this.#derived.get(name);
    if (list === undefined) return this.#read.summaries(name);
    const units = new Set((this.get(name) ?? []).map(({ workUnit }) => workUnit));
    const own = (unit: WorkUnit) => this.forWorkUnit(name, unit).filter(({ workUnit }) => workUnit === unit);
    const shared = () => (this.get(name) ?? []).filter(({ workUnit }) => workUnit === null);
    return new Map(Array.from(units, (unit) => [unit, summaryOf(unit === null ? shared() : own(unit))]));
  }

  scopedTypes(): string[] {
    const read = this.#read.scopedTypes();
    const derived = [...this.#derived].filter(([name, { source }]) => !this.has(name) && read.includes(source));
    return [...read, ...derived.map(([name]) => name)];
  }

  keys(): MapIterator<string> {
    return this.#read.keys();
  }

  *values(): MapIterator<readonly Instance[]> {
    for (const [, instances] of this) yield instances;
  }

  *entries(): MapIterator<[string, readonly Instance[]]> {
    for (const type of this.keys()) yield [type, this.get(type) ?? []];
  }

  [Symbol.iterator](): MapIterator<[string, readonly Instance[]]> {
    return this.entries();
  }

  forEach(visit: (instances: readonly Instance[], type: string, all: Instances) => void): void {
    for (const [type, instances] of this) visit(instances, type, this);
  }

  #once(key: string, make: () => readonly Instance[]): readonly Instance[] {
    let made = this.#made.get(key);
    if (made === undefined) {
      made = make();
      this.#made.set(key, made);
    }
    return made;
  }
}
