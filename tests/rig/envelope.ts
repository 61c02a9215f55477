import { checkedEnvelope, type Envelope, type PlanEntry, type ProtocolEntry } from "../envelope-check.ts";

/** The version that each command's envelope has. */
const VERSIONS = { state: 2, step: 4, run: 1 } as const;

/** One protocol's entry, as far as tests look at it. */
export interface EntryJson extends ProtocolEntry {
  readonly attempt?: { readonly id: string; readonly started: string; readonly pid?: number };
}

/** What `--json` prints, as far as tests look at it. */
export interface EnvelopeJson extends Envelope {
  readonly cycle?: readonly string[];
  readonly protocols: readonly EntryJson[];
  readonly execution_plan?: readonly (PlanEntry & {
    readonly mcp_config?: { command: string; args: string[]; env: Record<string, string> };
  })[];
}

/**
 * Reads what a command printed with `--json`: one document and nothing else, valid against its published schema.
 * @throws Error that says what is wrong with it
 */
export async function readEnvelope(command: string | undefined, stdout: string): Promise<EnvelopeJson> {
  const envelope: EnvelopeJson = await checkedEnvelope(stdout);
  if (command !== "state" && command !== "step" && command !== "run") throw new Error(`${command} has no envelope`);
  if (envelope.version !== VERSIONS[command]) throw new Error(`${command} --json has version ${envelope.version}`);
  return envelope;
}
