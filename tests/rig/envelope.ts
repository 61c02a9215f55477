import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { CHECKOUT } from "./programs.ts";

/** One protocol's entry, as far as tests look at it. */
export interface EntryJson {
  readonly name: string;
  readonly work_unit?: string;
  readonly status: "ready" | "blocked" | "waiting";
  readonly trigger: "satisfied" | "not_satisfied";
  readonly inputs?: readonly { artifact_type: string; instance_id: string; path: string; relationship: string }[];
  readonly precondition_failures?: readonly { artifact_type: string; reason: string }[];
  readonly unsatisfied_conditions?: readonly string[];
  readonly attempt?: { readonly id: string; readonly started: string; readonly pid?: number };
}

/** What `--json` prints, as far as tests look at it. */
export interface EnvelopeJson {
  readonly version: number;
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly cycle?: readonly string[];
  readonly execution_plan?: readonly {
    readonly protocol: string;
    readonly work_unit?: string;
    readonly projection?: "current" | "projected";
    readonly mcp_config?: { command: string; args: string[]; env: Record<string, string> };
    readonly context?: { readonly inputs: readonly { display_path: string; content_hash: string }[] };
  }[];
  readonly protocols: readonly EntryJson[];
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
formats.default(ajv);
const validators = new Map<string, ValidateFunction<EnvelopeJson>>();

/**
 * Reads what a command printed with `--json`: one document and nothing else, valid against its published schema.
 * @throws Error that says what is wrong with it
 */
export function readEnvelope(command: "state" | "step" | "run", stdout: string): EnvelopeJson {
  const document: unknown = JSON.parse(stdout);
  const validate = validatorOf(command);
  if (validate(document)) return document;
  throw new Error(`${command} --json breaks its schema: ${ajv.errorsText(validate.errors)}\n${stdout}`);
}

function validatorOf(command: string): ValidateFunction<EnvelopeJson> {
  const known = validators.get(command);
  if (known !== undefined) return known;
  const file = join(CHECKOUT, "schemas", `${command}.schema.json`);
  const validate = ajv.compile<EnvelopeJson>(JSON.parse(readFileSync(file, "utf8")));
  validators.set(command, validate);
  return validate;
}
