import type { JsonSchema, WorkUnit } from "@runa/store";
import type { Candidate } from "../methodology/candidate.ts";
import { type Methodology, outputTypesOf, readTypesOf } from "../methodology/methodology.ts";

/**
 * Whether `mine` must not start while `other` is running, or is READY before it (attempts.md section 7): it is the same
 * candidate, or `other` may write a type that `mine` requires, accepts, names in its trigger or may itself write, and an
 * instance may pass between their work units.
 */
export function obstructs(methodology: Methodology, other: Candidate, mine: Candidate): boolean {
  if (other.protocol.name === mine.protocol.name && other.workUnit === mine.workUnit) return true;
  const touched = new Set([...readTypesOf(mine.protocol), ...mine.protocol.accepts, ...outputTypesOf(mine.protocol)]);
  return outputTypesOf(other.protocol).some(
    (type) => touched.has(type) && mayPass(other.workUnit, mine.workUnit, methodology.types.get(type)?.schema),
  );
}

/** Whether an instance that is written for one work unit may be seen by the other. An unscoped one sees and writes all. */
function mayPass(from: WorkUnit | null, to: WorkUnit | null, schema: JsonSchema | undefined): boolean {
  return from === null || to === null || from === to || !namesWorkUnit(schema);
}

/** Whether every valid instance names its work unit. */
function namesWorkUnit(schema: JsonSchema | undefined): boolean {
  return typeof schema === "object" && Array.isArray(schema.required) && schema.required.includes("work_unit");
}
