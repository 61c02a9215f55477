import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, type Evaluation, evaluate } from "../src/evaluate/evaluate.ts";
import { RunLedger } from "../src/execute/ledger.ts";
import type { Outcome } from "../src/execute/outcome.ts";
import type { AttemptReport } from "../src/execute/supervise.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { declare, instanceOf, methodologyOf, snapshotOf } from "./support/builders.ts";

const TYPES = ["go", "out"];

const OUTCOMES: readonly Outcome[] = [
  { id: "not_started", command: "agent", errno: "ENOENT" },
  { id: "interrupted", signal: "SIGINT" },
  { id: "timed_out", limit: { kind: "wall", amount: 1 } },
  { id: "signalled", signal: "SIGSEGV" },
  { id: "exited", code: 1 },
  { id: "invalid_output", outputs: [] },
  { id: "choice_unmet", choices: [], silence: { kind: "no_tool_called" } },
  { id: "not_delivered", types: ["out"], silence: { kind: "no_tool_called" } },
  { id: "abandoned" },
  { id: "delivered" },
];

/** As attempts.md section 3 lists them. */
const RETRIED = ["exited", "signalled", "timed_out", "not_delivered", "invalid_output", "choice_unmet"];

/** The one candidate of a methodology, with `go` in some state. */
function evaluated(rest: Partial<ProtocolDeclaration>, go = "h"): { evaluation: Evaluation; candidate: Candidate } {
  const methodology = methodologyOf(TYPES, [declare("p", rest)]);
  const evaluation = evaluate(methodology, snapshotOf(TYPES, [instanceOf("go", "g", { hash: go })]), null);
  const [candidate] = evaluation.candidates;
  if (candidate === undefined) throw new Error("no candidate");
  return { evaluation, candidate };
}

let attempts = 0;

function reportOf(candidate: Candidate, outcome: Outcome, tries: number): AttemptReport {
  return {
    id: `attempt-${attempts++}`,
    candidate,
    outcome,
    tries,
    adopted: false,
    swept: [],
    duration: 1,
    delivered: [],
    superseded: [],
    everythingDelivered: false,
    usage: null,
  };
}

test("a candidate is tried as often as its attempts and max_reopens allow", () => {
  const settings = { attempts: fc.integer({ min: 1, max: 4 }), maxReopens: fc.integer({ min: 0, max: 3 }) };
  fc.assert(
    fc.property(fc.record(settings), fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 20 }), (limits, outcomes) => {
      const { evaluation, candidate } = evaluated({ produces: ["out"] });
      const ledger = new RunLedger(null, () => ({ attempts: limits.attempts, backoff: 0 }), limits.maxReopens);
      ledger.reconciled(evaluation);
      let tries = 1;
      let successes = 0;
      let last: AttemptReport | null = null;
      for (const outcome of outcomes) {
        // Always READY again: after the first success each further one was reopened.
        if (successes > limits.maxReopens) {
          expect(ledger.chance(candidate)).toEqual({ kind: "never" });
          expect(ledger.failures).toMatchObject([{ kind: "max_reopens", reopens: limits.maxReopens }]);
          return;
        }
        expect(ledger.chance(candidate)).toEqual({ kind: "now", tries, failed: tries === 1 ? null : last });
        last = reportOf(candidate, outcome, tries);
        const retryIn = ledger.ended(last);
        ledger.reconciled(evaluation);
        const retried = RETRIED.includes(outcome.id) && tries < limits.attempts;
        expect(retryIn).toBe(retried ? 0 : null);
        if (outcome.id === "delivered") successes++;
        if (retried) tries++;
        else if (outcome.id === "delivered" || outcome.id === "abandoned") tries = 1;
        else {
          expect(ledger.chance(candidate)).toEqual({ kind: "never" });
          expect(ledger.failures).toEqual([{ kind: "attempt", report: last }]);
          return;
        }
      }
      expect(ledger.failures).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test("a pause doubles with each try up to ten minutes, up to a quarter shorter", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700_000 }), (tries, backoff) => {
      const { candidate } = evaluated({ produces: ["out"] });
      const ledger = new RunLedger(null, () => ({ attempts: 50, backoff }), 10);
      const pause = ledger.ended(reportOf(candidate, { id: "exited", code: 1 }, tries)) ?? -1;
      let whole = backoff;
      for (let before = 1; before < tries; before++) whole = Math.min(whole * 2, 600_000);
      whole = Math.min(whole, 600_000);
      expect(pause).toBeLessThanOrEqual(whole);
      expect(pause).toBeGreaterThanOrEqual(whole * 0.75);
      if (pause > 50) expect(ledger.chance(candidate)).toMatchObject({ kind: "later" });
    }),
  );
});

test("work without outputs is done until somebody else changes what it reads", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("h1", "h2", "h3"), { minLength: 2, maxLength: 12 }), (states) => {
      const ledger = new RunLedger(null, () => ({ attempts: 1, backoff: 0 }), 100);
      let settled: string | null = null;
      for (const state of states) {
        const { evaluation, candidate } = evaluated({}, state);
        ledger.reconciled(evaluation);
        expect(ledger.isDone(candidate)).toBe(settled === state);
        expect(ledger.chance(candidate).kind).toBe(settled === state ? "never" : "now");
        if (settled === state) continue;
        ledger.ended(reportOf(candidate, { id: "delivered" }, 1));
        // What its own attempt left is no reason to run again.
        const after = evaluated({}, `${state}-own`);
        ledger.reconciled(after.evaluation);
        expect(ledger.isDone(after.candidate)).toBe(true);
        settled = `${state}-own`;
      }
    }),
  );
});

test("one that failed in another run since this one began has failed here", () => {
  for (const outcome of OUTCOMES) {
    const lastAttempt = (id: string) => {
      const { evaluation } = evaluated({ produces: ["out"] });
      const last = {
        id,
        protocol: "p",
        outcome: outcome.id,
        started: 1,
        ended: 2,
        outputsAfter: "",
        fingerprint: "f",
        seen: null,
      };
      const methodology = evaluation.methodology;
      const snapshot = snapshotOf(TYPES, [instanceOf("go", "g")], { lastAttempts: [last as never] });
      return evaluate(methodology, snapshot, null);
    };
    const ledger = new RunLedger(null, () => ({ attempts: 1, backoff: 0 }), 10);
    ledger.reconciled(lastAttempt("before"));
    expect(ledger.failures).toEqual([]);
    ledger.reconciled(lastAttempt("since"));
    const failed = outcome.id !== "delivered" && outcome.id !== "abandoned";
    expect(ledger.failures.map(({ kind }) => kind)).toEqual(failed ? ["elsewhere"] : []);
  }
});
