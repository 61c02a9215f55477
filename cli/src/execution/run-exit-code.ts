import type { RunReport } from "@runa/engine";

const EXIT_CODES = {
  all_complete: 0,
  aim_reached: 0,
  step_done: 0,
  methodology_changed: 1,
  policy_changed: 1,
  quiescent_with_failures: 2,
  quiescent_with_blocked_work: 3,
  limit_reached: 3,
  interrupted: 130,
} as const;

/** How a run may end early although something failed before. */
const ENDED_EARLY: ReadonlySet<string> = new Set(["limit_reached", "aim_reached"]);

/** The exit code of a run that no signal ended (contract.md section 6). */
export function runExitCode({ outcome, failures }: Pick<RunReport, "outcome" | "failures">): number {
  return ENDED_EARLY.has(outcome) && failures.length > 0 ? 2 : EXIT_CODES[outcome];
}
