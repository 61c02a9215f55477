import type { Instance, Moment, TypeSummary, WorkUnit } from "./artifact.ts";

/** The instances of each declared type, by instance id; a type without any has an empty list. */
export interface Instances extends ReadonlyMap<string, readonly Instance[]> {
  /** What is known of all instances of a type; the list need not be made for it. */
  summary(type: string): TypeSummary;
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
    newest = later(newest, lastModified);
    newestVouched = later(newestVouched, later(deliveredAt, lastModified));
    if (status === "valid") newestValid = later(newestValid, lastModified);
  }
  const { valid, invalid, malformed, stale } = counts;
  const broken = invalid + malformed;
  return { total: instances.length, valid, broken, stale, newest, newestValid, newestVouched };
}

function later(one: Moment | null, other: Moment): Moment {
  return one !== null && one > other ? one : other;
}
