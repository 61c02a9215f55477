import { visible } from "@runa/engine";

/** `protocol`, or `protocol (work unit w)`. */
export function candidateName(protocol: string, workUnit: string | null): string {
  return workUnit === null ? visible(protocol) : `${visible(protocol)} (work unit ${visible(workUnit)})`;
}
