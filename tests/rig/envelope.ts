import { checkedEnvelope, type Envelope, type PlanEntry, type ProtocolEntry } from "../envelope-check.ts";

/** The kinds of answers that each command has. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  show: ["types", "type", "instance"],
  validate: ["validation"],
  attempts: ["attempts"],
  graph: ["graph"],
  list: ["list"],
  doctor: ["doctor"],
  scan: ["scan"],
  explain: ["explanation"],
  why: ["explanation"],
};

/** The commands whose answer has no kind, with its version. */
const VERSIONS: Readonly<Record<string, number>> = { state: 2, step: 4, run: 1 };

/** One protocol's entry, as far as tests look at it. */
export interface EntryJson extends ProtocolEntry {
  readonly attempt?: { readonly id: string; readonly started: string; readonly pid?: number };
}

/** What `--json` prints, as far as tests look at it. */
export interface EnvelopeJson extends Envelope {
  readonly cycle?: readonly string[];
  readonly protocols: readonly EntryJson[];
  readonly work_units?: readonly Readonly<Record<string, unknown>>[];
  readonly execution_plan?: readonly (PlanEntry & {
    readonly mcp_config?: { command: string; args: string[]; env: Record<string, string> };
  })[];
}

/**
 * Reads what a command line printed with `--json`: one document and nothing else, valid against the schema that is
 * published for the command.
 * @throws Error that says what is wrong with it
 */
export async function readEnvelope(words: readonly string[], stdout: string): Promise<EnvelopeJson> {
  const envelope: EnvelopeJson = await checkedEnvelope(stdout);
  if (envelope.kind !== undefined) {
    if (KINDS[words[0] ?? ""]?.includes(envelope.kind)) return envelope;
    throw new Error(`runa ${words.join(" ")} printed a document of kind ${envelope.kind}`);
  }
  const command = words.find((word) => Object.hasOwn(VERSIONS, word));
  if (command === undefined || envelope.version !== VERSIONS[command])
    throw new Error(`runa ${words.join(" ")} printed an envelope of version ${envelope.version}`);
  return envelope;
}
