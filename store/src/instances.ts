import type { Instance, Moment, TypeSummary, WorkUnit } from "./artifact.ts";
import { grouped } from "./grouped.ts";

/** The instances of each declared type, by instance id; a type without any has an empty list. */
export interface Instances extends ReadonlyMap<string, readonly Instance[]> {
  /** What is known of all instances of a type; the list need not be made for it. */
  summary(type: string): TypeSummary;
  /** The same of those that belong to a work unit or to none. */
  summaryFor(type: string, workUnit: WorkUnit): TypeSummary;
  /** The same of those of each work unit, and under null of those of none. */
  summaries(type: string): ReadonlyMap<WorkUnit | null, TypeSummary>;
  /** The instances of a type that belong to a work unit or to none. */
  forWorkUnit(type: string, workUnit: WorkUnit): readonly Instance[];
  /** The types of which some instance belongs to a work unit. */
  scopedTypes(): readonly string[];
}

/** Instances that lie in lists, with no index behind them. */
export class ListedInstances extends Map<string, readonly Instance[]> implements Instances {
  summary(type: string): TypeSummary {
    return summaryOf(this.get(type) ?? []);
  }

  summaryFor(type: string, unit: WorkUnit): TypeSummary {
    return summaryOf(this.forWorkUnit(type, unit));
  }

  summaries(type: string): ReadonlyMap<WorkUnit | null, TypeSummary> {
    const units = grouped(this.get(type) ?? [], ({ workUnit }) => workUnit);
    return new Map(Array.from(units, ([unit, instances]) => [unit, summaryOf(instances)]));
  }

  forWorkUnit(type: string, unit: WorkUnit): readonly Instance[] {
    return (this.get(type) ?? []).filter(({ workUnit }) => workUnit === null || workUnit === unit);
  }

  scopedTypes(): string[] {
    return [...this].filter(([, list]) => list.some(({ workUnit }) => workUnit !== null)).map(([type]) => type);
  }
}

/** What there is to know of a set of instances without looking at each. */
export function summaryOf(instances: readonly Instance[]): TypeSummary {
  const counts = { valid: 0, invalid: 0, malformed: 0, stale: 0 };
  let newest: Moment | null = null;
  let newestValid: Moment | null = null;
  let newestVouched: Moment | null = null;
  for (const { status, lastModified, deliveredAt } of instances) {
    counts[status]++;
    newest = latest(newest, lastModified);
    newestVouched = latest(newestVouched, latest(deliveredAt, lastModified));
    if (status === "valid") newestValid = latest(newestValid, lastModified);
  }
  const { valid, invalid, malformed, stale } = counts;
  const broken = invalid + malformed;
  return { total: instances.length, valid, broken, stale, newest, newestValid, newestVouched };
}

/** What there is to know of two sets of instances together. */
export function summaryOfBoth(one: TypeSummary, other: TypeSummary): TypeSummary {
  return {
    total: one.total + other.total,
    valid: one.valid + other.valid,
    broken: one.broken + other.broken,
    stale: one.stale + other.stale,
    newest: latest(one.newest, other.newest),
    newestValid: latest(one.newestValid, other.newestValid),
    newestVouched: latest(one.newestVouched, other.newestVouched),
  };
}

/** The later of two moments; null only where both are. */
export function latest<One extends Moment | null, Other extends Moment | null>(one: One, other: Other): One | Other {
  if (one === null) return other;
  return other === null || one > other ? one : other;
}
