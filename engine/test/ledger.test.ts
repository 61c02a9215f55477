import type { Moment } from "@runa/store";
import type { LastAttempt, OutcomeId } from "@runa/store/attempts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndedAttempt } from "../src/attempt/attempt.ts";
import { outputsDigest, readsDigest } from "../src/attempt/evidence.ts";
import type { Outcome } from "../src/attempt/outcome.ts";
import { type EvaluatedCandidate, type Evaluation, evaluate } from "../src/evaluate/evaluate.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { isTriedAgain, RunLedger } from "../src/run/ledger.ts";
import { declare, instanceOf, methodologyOf, snapshotOf, unit } from "./support/builders.ts";

const TYPES = ["go", "out"];

const OUTCOMES: readonly Outcome[] = [
  { id: "not_started", command: "agent", errno: "ENOENT", table: "[agent]" },
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

/** What a world of the one protocol looks like to a run. */
interface Looks {
  readonly go?: string;
  readonly out?: string;
  /** Something of `out` cannot be read. */
  readonly gap?: boolean;
  /** The last attempt that has ended, with its outcome. */
  readonly last?: { readonly id: string; readonly outcome: OutcomeId; readonly retry?: true };
  /** The last success. */
  readonly success?: string;
}

function evaluated(
  rest: Partial<ProtocolDeclaration>,
  { go = "h", out, gap = false, last, success }: Looks = {},
): { evaluation: Evaluation; candidate: EvaluatedCandidate } {
  const methodology = methodologyOf(TYPES, [declare("p", rest)]);
  const instances = [
    ...(go === "" ? [] : [instanceOf("go", "g", { hash: go })]),
    ...(out === undefined ? [] : [instanceOf("out", "o", { hash: out })]),
  ];
  const snapshot = snapshotOf(TYPES, instances, {
    gaps: gap ? ["out"] : [],
    lastAttempts: last === undefined ? [] : [ended(last)],
    lastSuccesses: success === undefined ? [] : [ended({ id: success, outcome: "delivered" })],
  });
  const evaluation = evaluate(methodology, snapshot, null);
  const [candidate] = evaluation.candidates;
  if (candidate === undefined) throw new Error("no candidate");
  return { evaluation, candidate };
}

function ended(attempt: Pick<LastAttempt, "id" | "outcome" | "retry">): LastAttempt {
  return {
    protocol: "p",
    started: 1 as Moment,
    ended: 2 as Moment,
    outputsAfter: "",
    fingerprint: "another",
    seen: null,
    ...attempt,
  };
}

let attempts = 0;

/** @param left how the world looked to an attempt that succeeded: what it was given, and what it wrote */
function reportOf(candidate: EvaluatedCandidate, outcome: Outcome, tries: number, left?: Evaluation): EndedAttempt {
  const { protocol } = candidate;
  return {
    phase: "ended",
    id: `attempt-${attempts++}`,
    candidate,
    place: { directory: "/", workspace: "/workspace" },
    started: 1 as Moment,
    since: 0,
    before: [],
    tries,
    adopted: false,
    worker: null,
    ending: null,
    end: { exit: { kind: "exited", code: 0 }, swept: [], silence: null, usage: null },
    duration: 1,
    unchanged: [],
    delivered: [],
    superseded: [],
    outcome,
    judged: outcome,
    gaps: [],
    left:
      left === undefined
        ? null
        : {
            seen: { go: left.view.digest("go") },
            reads: readsDigest(left.view, protocol),
            outputs: outputsDigest(left.view, protocol),
          },
  };
}

test("a candidate is tried as often as its attempts and max_reopens allow", () => {
  const settings = { attempts: fc.integer({ min: 1, max: 4 }), maxReopens: fc.integer({ min: 0, max: 3 }) };
  fc.assert(
    fc.property(fc.record(settings), fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 20 }), (limits, outcomes) => {
      const rest = { produces: ["out"] };
      const ledger = new RunLedger([null], () => ({ attempts: limits.attempts, backoff: 0 }), limits.maxReopens);
      const first = evaluated(rest);
      ledger.reconciled(first.evaluation);
      let { candidate } = first;
      let tries = 1;
      let successes = 0;
      let last: EndedAttempt | null = null;
      for (const [index, outcome] of outcomes.entries()) {
        // Always READY again: after the first success each further one was reopened.
        if (successes > limits.maxReopens) {
          expect(ledger.chance(candidate)).toEqual({ kind: "never" });
          expect(ledger.failures).toMatchObject([{ kind: "max_reopens", reopens: limits.maxReopens }]);
          return;
        }
        expect(ledger.chance(candidate)).toEqual({ kind: "now", tries, failed: tries === 1 ? null : last });
        const report: EndedAttempt = reportOf(candidate, outcome, tries, evaluated(rest).evaluation);
        last = report;
        const retryIn = ledger.ended(report);
        if (outcome.id === "delivered") successes++;
        const now = evaluated(rest, {
          go: `after ${index}`,
          last: { id: report.id, outcome: outcome.id },
          ...(successes > 0 && { success: `success ${successes}` }),
        });
        candidate = now.candidate;
        ledger.reconciled(now.evaluation);
        const retried = RETRIED.includes(outcome.id) && tries < limits.attempts;
        expect(retryIn).toBe(retried ? 0 : null);
        expect(isTriedAgain(outcome, tries, limits.attempts)).toBe(retried);
        if (retried) tries++;
        else if (outcome.id === "delivered" || outcome.id === "abandoned") tries = 1;
        else {
          expect(ledger.chance(candidate)).toEqual({ kind: "never" });
          expect(ledger.failures).toEqual([{ kind: "attempt", report }]);
          return;
        }
      }
      expect(ledger.failures).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

describe("a success that is READY again", () => {
  const rest = { produces: ["out"] };

  /** A run in which the protocol has succeeded, and how the world looked at its end. */
  function afterSuccess() {
    const ledger = new RunLedger([null], () => ({ attempts: 1, backoff: 0 }), 10);
    const { evaluation, candidate } = evaluated(rest);
    ledger.reconciled(evaluation);
    const report = reportOf(candidate, { id: "delivered" }, 1, evaluated(rest, { out: "made" }).evaluation);
    ledger.ended(report);
    const chance = (looks: Looks) => {
      const now = evaluated(rest, { out: "made", last: { id: report.id, outcome: "delivered" }, ...looks });
      ledger.reconciled(now.evaluation);
      return ledger.chance(now.candidate).kind;
    };
    return { ledger, chance };
  }

  test("though nothing has changed is not tried again", () => {
    const { ledger, chance } = afterSuccess();
    expect(chance({ gap: true })).toBe("never");
    expect(ledger.failures).toMatchObject([{ kind: "unchanged", candidate: { protocol: { name: "p" } } }]);
    expect(chance({ gap: true, go: "other" })).toBe("never");
    expect(ledger.failures).toHaveLength(1);
  });

  test.each([
    { what: "what it reads", looks: { go: "other" } },
    { what: "what it wrote", looks: { out: "other" } },
    { what: "what it wrote is gone", looks: { out: undefined } },
    { what: "another attempt since", looks: { last: { id: "another", outcome: "interrupted" as const } } },
  ])("because something has changed is tried again: $what", ({ looks }) => {
    const { ledger, chance } = afterSuccess();
    expect(chance({ gap: true, ...looks })).toBe("now");
    expect(ledger.failures).toEqual([]);
  });
});

describe("a retry that is due", () => {
  const rest = { produces: ["out"] };

  /** A run whose first try has failed, and what it does next in a world. */
  function afterFailure() {
    const ledger = new RunLedger([null], () => ({ attempts: 3, backoff: 0 }), 10);
    const { evaluation, candidate } = evaluated(rest, { success: "earlier" });
    ledger.reconciled(evaluation);
    const report = reportOf(candidate, { id: "exited", code: 1 }, 1);
    ledger.ended(report);
    const own = { id: report.id, outcome: "exited", retry: true } as const;
    return (looks: Looks) => {
      const now = evaluated(rest, { last: own, success: "earlier", ...looks });
      ledger.reconciled(now.evaluation);
      return ledger.chance(now.candidate);
    };
  }

  test("is the second try", () => {
    expect(afterFailure()({})).toMatchObject({ kind: "now", tries: 2, failed: { tries: 1 } });
  });

  test("is none any more when another run was successful meanwhile", () => {
    const chance = afterFailure();
    expect(chance({ last: { id: "theirs", outcome: "delivered" }, success: "theirs" })).toEqual({
      kind: "now",
      tries: 1,
      failed: null,
    });
  });

  test("is none any more when the candidate was not READY in between", () => {
    const chance = afterFailure();
    chance({ go: "" });
    expect(chance({})).toEqual({ kind: "now", tries: 1, failed: null });
  });

  test("stays one when another run has failed too and goes on, so that two runs come to an end", () => {
    const chance = afterFailure();
    expect(chance({ last: { id: "theirs", outcome: "exited", retry: true } })).toMatchObject({ tries: 2 });
  });
});

test("a pause doubles with each try up to ten minutes, up to a quarter shorter", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700_000 }), (tries, backoff) => {
      const { candidate } = evaluated({ produces: ["out"] });
      const ledger = new RunLedger([null], () => ({ attempts: 50, backoff }), 10);
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
      const ledger = new RunLedger([null], () => ({ attempts: 1, backoff: 0 }), 100);
      let done: string | null = null;
      for (const go of states) {
        const { evaluation, candidate } = evaluated({}, { go });
        ledger.reconciled(evaluation);
        expect(ledger.isDone(candidate)).toBe(done === go);
        expect(ledger.chance(candidate).kind).toBe(done === go ? "never" : "now");
        if (done === go) continue;
        // What its own attempt wrote is no reason to run again.
        const own = evaluated({}, { go: `${go}-own` });
        ledger.ended(reportOf(candidate, { id: "delivered" }, 1, own.evaluation));
        ledger.reconciled(own.evaluation);
        expect(ledger.isDone(own.candidate)).toBe(true);
        done = `${go}-own`;
      }
    }),
  );
});

test("work without outputs runs again when what it reads is changed after it was judged", () => {
  const ledger = new RunLedger([null], () => ({ attempts: 1, backoff: 0 }), 10);
  const given = evaluated({});
  ledger.reconciled(given.evaluation);
  ledger.ended(reportOf(given.candidate, { id: "delivered" }, 1, given.evaluation));
  const changed = evaluated({}, { go: "changed meanwhile" });
  ledger.reconciled(changed.evaluation);
  expect(ledger.isDone(changed.candidate)).toBe(false);
  expect(ledger.chance(changed.candidate).kind).toBe("now");
});

test("one that failed in another run since this one began has failed here", () => {
  for (const { id: outcome } of OUTCOMES) {
    const looks = (id: string) => evaluated({ produces: ["out"] }, { last: { id, outcome } }).evaluation;
    const ledger = new RunLedger([null], () => ({ attempts: 1, backoff: 0 }), 10);
    ledger.reconciled(looks("before"));
    expect(ledger.failures).toEqual([]);
    ledger.reconciled(looks("since"));
    const failed = !["delivered", "abandoned", "interrupted"].includes(outcome);
    expect(ledger.failures.map(({ kind }) => kind)).toEqual(failed ? ["elsewhere"] : []);
  }
});

test("one that another run tries again has not failed", () => {
  const ledger = new RunLedger([null], () => ({ attempts: 1, backoff: 0 }), 10);
  ledger.reconciled(evaluated({ produces: ["out"] }).evaluation);
  const looks = (retry?: true) =>
    evaluated({ produces: ["out"] }, { last: { id: "theirs", outcome: "exited", ...(retry && { retry }) } });
  const meanwhile = looks(true);
  ledger.reconciled(meanwhile.evaluation);
  expect(ledger.failures).toEqual([]);
  expect(ledger.chance(meanwhile.candidate)).toEqual({ kind: "now", tries: 1, failed: null });
  ledger.reconciled(looks().evaluation);
  expect(ledger.failures).toMatchObject([{ kind: "elsewhere" }]);
});

test("candidates of several scopes are told apart, and those of another scope are only reported", () => {
  const ledger = new RunLedger(["w-1", "w-2"], () => ({ attempts: 1, backoff: 0 }), 10);
  const methodology = methodologyOf(TYPES, [declare("p", { scoped: true, produces: ["out"] })]);
  const candidates = ["w-1", "w-2", "w-3"].map((workUnit) => {
    const evaluation = evaluate(methodology, snapshotOf(TYPES, [instanceOf("go", "g")]), unit(workUnit));
    if (workUnit !== "w-3") ledger.reconciled(evaluation);
    return evaluation.candidates[0] as EvaluatedCandidate;
  });
  const [first, second, foreign] = candidates as [EvaluatedCandidate, EvaluatedCandidate, EvaluatedCandidate];
  const failed = reportOf(first, { id: "exited", code: 1 }, 1);
  const elsewhere = reportOf(foreign, { id: "exited", code: 1 }, 1);
  ledger.ended(failed);
  ledger.ended(elsewhere);
  expect(ledger.chance(first)).toEqual({ kind: "never" });
  expect(ledger.chance(second)).toEqual({ kind: "now", tries: 1, failed: null });
  expect(ledger.failures).toEqual([{ kind: "attempt", report: failed }]);
  expect(ledger.reports).toEqual([failed, elsewhere]);
});
