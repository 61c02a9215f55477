import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSchemaCompiler, type Validator } from "../../store/src/entries/schema.ts";
import type { JsonSchema } from "../../store/src/index.ts";
import { CHECKOUT } from "./programs.ts";

/** One entry of `protocols`. */
export interface ProtocolEntry {
  readonly name: string;
  readonly work_unit?: string;
  readonly status: "ready" | "blocked" | "waiting";
  readonly trigger: "satisfied" | "not_satisfied";
  readonly inputs?: readonly { artifact_type: string; instance_id: string; path: string; relationship: string }[];
  readonly precondition_failures?: readonly { artifact_type: string; reason: string }[];
  readonly unsatisfied_conditions?: readonly string[];
  readonly attempt?: { readonly id: string; readonly started: string; readonly pid?: number };
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
  readonly mcp_config?: { command: string; args: string[]; env: Record<string, string> };
}

/** What a `--json` answer holds, as far as tests look at it. */
export interface Envelope {
  readonly version: number;
  readonly kind?: string;
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly cycle?: readonly string[];
  readonly protocols: readonly ProtocolEntry[];
  readonly work_units?: readonly Readonly<Record<string, unknown>>[];
  readonly execution_plan?: readonly PlanEntry[];
}

/** The command that prints a kind of answer. The schema that is published for it mostly has the command's name. */
const COMMAND_OF_KIND: Readonly<Record<string, string>> = {
  types: "show",
  type: "show",
  instance: "show",
  past_types: "show",
  past_type: "show",
  past_instance: "show",
  content: "show",
  difference: "diff",
  gc: "gc",
  forgotten: "forget",
  validation: "validate",
  attempts: "attempts",
  graph: "graph",
  list: "list",
  doctor: "doctor",
  scan: "scan",
  explanation: "explain",
  delivery: "deliver",
  approvals: "approvals",
  decisions: "approvals",
  trail: "audit",
  verification: "audit",
  test: "test",
  rehearsal: "rehearse",
};

/** The schema of a kind where it has another name: `audit` is that of an attempt's record. */
const SCHEMA_OF_KIND: Readonly<Record<string, string>> = { trail: "audit-trail", verification: "audit-verification" };

/** The same for the three oldest answers, which have no kind, by their version: no two share one. */
const COMMAND_OF_VERSION: Readonly<Record<number, string>> = { 1: "run", 2: "state", 4: "step" };

/** The command that an answer is from, as it says itself; undefined when none prints such a one. */
function commandOf({ kind, version }: { kind?: unknown; version?: unknown }): string | undefined {
  if (kind !== undefined) return typeof kind === "string" ? COMMAND_OF_KIND[kind] : undefined;
  return typeof version === "number" ? COMMAND_OF_VERSION[version] : undefined;
}

const validators = new Map<string, Promise<Validator>>();

function validatorFor(name: string): Promise<Validator> {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(join(CHECKOUT, "schemas", `${name}.schema.json`), "utf8");
  const made = loadSchemaCompiler().then((compile) => compile(JSON.parse(text) as JsonSchema));
  validators.set(name, made);
  return made;
}

/** What is wrong with a value by the published schema of that name; nothing when it is right. */
export async function schemaProblems(name: string, value: unknown): Promise<string[]> {
  return (await (await validatorFor(name))(value)).map(({ path, message }) => `${name} ${path}: ${message}`);
}

/** What is wrong with the text of a `--json` answer, by the schemas that are published; nothing when it is right. */
export async function envelopeProblems(text: string): Promise<string[]> {
  const value: unknown = JSON.parse(text);
  const { version, kind }: { version?: unknown; kind?: unknown } =
    typeof value === "object" && value !== null ? value : {};
  const command = commandOf({ kind, version });
  if (command !== undefined) return schemaProblems(SCHEMA_OF_KIND[String(kind)] ?? command, value);
  return [`no command answers with kind ${JSON.stringify(kind)} and version ${JSON.stringify(version)}`];
}

/**
 * Reads what a command line printed with `--json`: one document and nothing else, valid against the schema that is
 * published for the command.
 * @throws Error that says what is wrong with it
 */
export async function readEnvelope(words: readonly string[], stdout: string): Promise<Envelope> {
  const problems = await envelopeProblems(stdout);
  if (problems.length > 0)
    throw new Error(`runa ${words.join(" ")} breaks its schema:\n${problems.join("\n")}\n${stdout}`);
  const envelope: Envelope = JSON.parse(stdout);
  const command = commandOf(envelope);
  // Options may stand before the command, and `why` is another word for `explain`.
  const said = words.map((word) => (word === "why" ? "explain" : word));
  if (command === undefined || !said.includes(command))
    throw new Error(`runa ${words.join(" ")} printed an answer of runa ${command}`);
  return envelope;
}

/** What is wrong with the answers that `record-envelopes.cjs` kept in a directory, and how many there were. */
export async function recordedEnvelopes(directory: string): Promise<{ count: number; problems: string[] }> {
  const files = readdirSync(directory);
  const found = await Promise.all(files.map((file) => envelopeProblems(readFileSync(join(directory, file), "utf8"))));
  return { count: files.length, problems: [...new Set(found.flat())] };
}
