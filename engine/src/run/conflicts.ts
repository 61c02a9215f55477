import type { JsonSchema } from "@runa/store";
import { covers, type Units } from "@runa/store/attempts";
import type { Candidate } from "../methodology/candidate.ts";
import { type Methodology, outputTypesOf, type Protocol, readTypesOf } from "../methodology/methodology.ts";

/**
 * Whether `mine` must not start while `other` is running, or is READY before it (attempts.md section 7): it is the same
 * candidate, or `other` may write a type that `mine` requires, accepts, names in its trigger or may itself write, and an
 * instance may pass between their work units.
 */
export function obstructs(methodology: Methodology, other: Candidate, mine: Candidate): boolean {
  return covers(unitsInTheWay(methodology, other.protocol, mine), other.workUnit);
}

/** The work units for which `other` obstructs `mine`. An unscoped candidate sees and writes what belongs to any. */
export function unitsInTheWay({ types }: Methodology, other: Protocol, { protocol, workUnit }: Candidate): Units {
  const touched = new Set([...readTypesOf(protocol), ...protocol.accepts, ...outputTypesOf(protocol)]);
  const shared = outputTypesOf(other).filter((type) => touched.has(type));
  if (shared.length === 0) return other.name === protocol.name ? [workUnit] : [];
  const passToAll = workUnit === null || shared.some((type) => !namesWorkUnit(types.get(type)?.schema));
  return passToAll ? "all" : [null, workUnit];
}

/** Whether every valid instance names its work unit. */
function namesWorkUnit(schema: JsonSchema | undefined): boolean {
  return typeof schema === "object" && Array.isArray(schema.required) && schema.required.includes("work_unit");
}
