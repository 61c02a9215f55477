import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonSchema, loadSchemaCompiler, type Validator } from "../store/src/index.ts";

/** One entry of `protocols`. */
export interface ProtocolEntry {
  readonly name: string;
  readonly work_unit?: string;
  readonly status: "ready" | "blocked" | "waiting";
  readonly trigger: "satisfied" | "not_satisfied";
  readonly inputs?: readonly { artifact_type: string; instance_id: string; path: string; relationship: string }[];
  readonly precondition_failures?: readonly { artifact_type: string; reason: string }[];
  readonly unsatisfied_conditions?: readonly string[];
}

/** One entry of `execution_plan`. */
export interface PlanEntry {
  readonly protocol: string;
  readonly work_unit?: string;
  readonly trigger: string;
  readonly projection?: "current" | "projected";
  readonly context?: {
    readonly instructions: string;
    readonly inputs: readonly { artifact_type: string; instance_id: string; relationship: string }[];
  };
}

/** What the `--json` answers have in common. */
export interface Envelope {
  readonly version: number;
  readonly kind?: string;
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly protocols: readonly ProtocolEntry[];
  readonly execution_plan?: readonly PlanEntry[];
}

/** Which published schema an answer has to meet, by its kind. */
const SCHEMA_OF_KIND: Readonly<Record<string, string>> = {
  types: "show",
  type: "show",
  instance: "show",
  validation: "validate",
  attempts: "attempts",
  graph: "graph",
  list: "list",
  doctor: "doctor",
  scan: "scan",
  explanation: "explain",
};

/** The same of the three oldest, which have no kind, by their version: no two share one. */
const SCHEMA_OF_VERSION: Readonly<Record<number, string>> = { 1: "run", 2: "state", 4: "step" };

const validators = new Map<string, Promise<Validator>>();

function validatorFor(name: string): Promise<Validator> {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), "utf8");
  const made = loadSchemaCompiler().then((compile) => compile(JSON.parse(text) as JsonSchema));
  validators.set(name, made);
  return made;
}

/** What is wrong with the text of a `--json` answer, by the schemas that are published; nothing when it is right. */
export async function envelopeProblems(text: string): Promise<string[]> {
  const value: unknown = JSON.parse(text);
  const { version, kind }: { version?: unknown; kind?: unknown } =
    typeof value === "object" && value !== null ? value : {};
  if (kind !== undefined) {
    const schema = typeof kind === "string" ? SCHEMA_OF_KIND[kind] : undefined;
    return schema === undefined ? [`no answer has the kind ${JSON.stringify(kind)}`] : schemaProblems(schema, value);
  }
  const name = typeof version === "number" ? SCHEMA_OF_VERSION[version] : undefined;
  if (name === undefined) return [`no envelope has the version ${JSON.stringify(version)}`];
  return schemaProblems(name, value);
}

/** What is wrong with a value by the published schema of that name; nothing when it is right. */
export async function schemaProblems(name: string, value: unknown): Promise<string[]> {
  return (await (await validatorFor(name))(value)).map(({ path, message }) => `${name} ${path}: ${message}`);
}

/** A `--json` answer; throws when it does not meet its published schema. */
export async function checkedEnvelope(text: string): Promise<Envelope> {
  const problems = await envelopeProblems(text);
  if (problems.length > 0) throw new Error(`an answer breaks its schema:\n${problems.join("\n")}\n${text}`);
  return JSON.parse(text) as Envelope;
}

/** What is wrong with the answers that `record-envelopes.cjs` kept in a directory, and how many there were. */
export async function recordedEnvelopes(directory: string): Promise<{ count: number; problems: string[] }> {
  const files = readdirSync(directory);
  const found = await Promise.all(files.map((file) => envelopeProblems(readFileSync(join(directory, file), "utf8"))));
  return { count: files.length, problems: [...new Set(found.flat())] };
}
