/** What a whole run may take (attempts.md section 3). */
export interface RunLimits {
  /** Attempts at once. */
  readonly jobs: number;
  /** Attempts in all; 0: no limit. */
  readonly maxAttempts: number;
  /** Milliseconds of wall clock after which nothing further starts; null: no limit. */
  readonly timeLimit: number | null;
  /** Known costs, in US dollars, from which on nothing further starts; 0: no limit. */
  readonly maxCostUsd: number;
  /** How often one candidate may become ready again. */
  readonly maxReopens: number;
}

export const DEFAULT_RUN_LIMITS: RunLimits = {
  jobs: 1,
  maxAttempts: 0,
  timeLimit: null,
  maxCostUsd: 0,
  maxReopens: 10,
};
