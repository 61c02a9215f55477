import type { JsonSchema } from "@runa/store";
import type { Validator } from "@runa/store/schema";

const TEXT = { type: "string", minLength: 1 };
const HASH = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };

/** What a revocation has to be, whatever the schema of its type says: `schemas/revocation.schema.json` with fewer words. */
export const REVOCATION: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["v", "project", "type", "id", "decision", "subject", "by", "at", "log_head", "note"],
  properties: {
    v: { const: 1 },
    project: { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
    type: TEXT,
    id: TEXT,
    decision: { const: "revoked" },
    subject: { $ref: "#/$defs/subject" },
    by: { $ref: "#/$defs/person" },
    at: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$" },
    note: TEXT,
    work_unit: { type: "string" },
    log_head: { $ref: "#/$defs/hash" },
    signature: TEXT,
  },
  $defs: {
    hash: HASH,
    subject: {
      type: "object",
      required: ["artifact_type", "instance_id", "content_hash"],
      additionalProperties: false,
      properties: { artifact_type: TEXT, instance_id: TEXT, content_hash: { $ref: "#/$defs/hash" } },
    },
    person: {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: { name: TEXT, key: TEXT },
    },
  },
};

/** Whether an artifact of a decision type is a revocation. */
function isRevocation(value: unknown): boolean {
  return typeof value === "object" && value !== null && "decision" in value && value.decision === "revoked";
}

/**
 * The validator of a decision type: its own schema judges decisions, and runa's judges what revokes one, so that no schema
 * can keep a person from withdrawing (decisions.md section 2).
 */
export function judgingRevocations(own: Validator, revocation: () => Promise<Validator>): Validator {
  const validator = async (value: unknown, exact?: unknown) =>
    isRevocation(value) ? (await revocation())(value, exact) : own(value, exact);
  return Object.assign(validator, {
    acceptsEach: (values: readonly unknown[]) => {
      // A revocation is asked for alone.
      const verdicts = own.acceptsEach(values);
      return values.map((value, index) => verdicts[index] === true && !isRevocation(value));
    },
    engine: own.engine,
  });
}
