import { isObject, type JsonObject, strings } from "../json.ts";
import type { Offer } from "../session/offer.ts";
import { Impossible, namedSchemas, type Schema } from "../value/schema.ts";
import { type Making, valueFor } from "../value/value.ts";

/** What the arguments of one delivery are to be. */
export interface Wanted {
  readonly offer: Offer;
  readonly instanceId: string;
  /** Undefined leaves the work unit out, unless the tool requires one. */
  readonly workUnit: string | undefined;
  readonly seed: number;
}

/** The argument in which an artifact travels that is no object (contract.md section 8). */
export const WRAPPED = "artifact";

/**
 * Arguments for a delivery: from the artifact's own schema where the server gives it, else from the tool's.
 * @throws Impossible when nothing can be made that the schema allows
 */
export function argumentsFor(wanted: Wanted, making: Making): JsonObject {
  const { inputSchema, artifactSchema } = wanted.offer;
  const instance_id = wanted.instanceId;
  const unit = workUnitRule(wanted);
  if (artifactSchema === undefined) {
    const fixed = { properties: { ...unit, instance_id: { const: instance_id } } };
    return objectOf(valueFor([inputSchema, { type: "object", ...fixed }], making));
  }
  if (travelsWrapped(inputSchema, artifactSchema))
    return { instance_id, [WRAPPED]: valueFor([artifactSchema], making) };
  const { work_unit, ...artifact } = objectOf(valueFor([artifactSchema, { type: "object", properties: unit }], making));
  // A session for one work unit fills it in itself and takes no such argument.
  const taken = work_unit !== undefined && takesWorkUnit(inputSchema);
  return { instance_id, ...artifact, ...(taken ? { work_unit } : {}) };
}

function workUnitRule({ offer, workUnit }: Wanted): Record<string, Schema> {
  if (workUnit !== undefined && takesWorkUnit(offer.inputSchema)) return { work_unit: { const: workUnit } };
  const schemas = [offer.inputSchema, offer.artifactSchema].filter(isObject);
  return schemas.some((schema) => strings(schema.required).includes("work_unit")) ? {} : { work_unit: false };
}

function takesWorkUnit(inputSchema: JsonObject): boolean {
  return Object.hasOwn(namedSchemas(inputSchema.properties), "work_unit");
}

/** Whether `artifact` is the argument for the whole, rather than a property of that name. */
function travelsWrapped(inputSchema: JsonObject, artifactSchema: Schema): boolean {
  const names = Object.keys(namedSchemas(inputSchema.properties)).filter((name) => name !== "instance_id");
  const own = isObject(artifactSchema) && Object.hasOwn(namedSchemas(artifactSchema.properties), WRAPPED);
  return names.length === 1 && names[0] === WRAPPED && !own;
}

function objectOf(value: unknown): JsonObject {
  if (!isObject(value)) throw new Impossible("the arguments are no object");
  return value;
}
