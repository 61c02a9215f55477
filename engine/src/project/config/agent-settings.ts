/** How the operator has an agent started, and what it may take (attempts.md section 3). */
export interface AgentSettings {
  /** The agent's argv; null when none is configured. */
  readonly command: readonly [string, ...string[]] | null;
  /** Milliseconds of wall clock; null: no limit. */
  readonly timeout: number | null;
  /** Milliseconds without output and without a tool call; null: no limit. */
  readonly idleTimeout: number | null;
  /** Milliseconds of silence after everything was delivered until the agent is ended; null: it ends by itself. */
  readonly settle: number | null;
  /** Tries each time that a candidate becomes ready, the first one included. */
  readonly attempts: number;
  /** Milliseconds before the first retry. */
  readonly backoff: number;
  /** Whether the output goes through a file; always so where an `idleTimeout` or a `settle` has to see it. */
  readonly transcript: boolean;
  /** Bytes of output, with a transcript, after which the agent is ended. */
  readonly outputLimit: number;
  /** The whole environment, or the names in it that the agent sees. */
  readonly env: "inherit" | readonly string[];
  /** Names of processes that are left alone when an attempt's remains are ended. */
  readonly spare: readonly string[];
  /** Whether no other attempt may run beside. */
  readonly exclusive: boolean;
}

/** What one table says; the keys that it leaves out are not there. */
export type AgentOverrides = Partial<AgentSettings>;

/** What a protocol's table says: which agent does it, and what is special about it. */
export interface Binding {
  readonly agent: string | null;
  readonly overrides: AgentOverrides;
}

/** The largest pause between two tries, in milliseconds: doubling ends there. */
export const LONGEST_BACKOFF = 600_000;

const DEFAULTS: AgentSettings = {
  command: null,
  timeout: null,
  idleTimeout: null,
  settle: null,
  attempts: 1,
  backoff: 30_000,
  transcript: false,
  outputLimit: 256_000_000,
  env: "inherit",
  spare: [],
  exclusive: false,
};

/** Settings from tables of growing weight, key by key. */
export function agentSettings(...layers: readonly AgentOverrides[]): AgentSettings {
  const said: AgentSettings = Object.assign({}, DEFAULTS, ...layers);
  return { ...said, transcript: said.transcript || said.idleTimeout !== null || said.settle !== null };
}
