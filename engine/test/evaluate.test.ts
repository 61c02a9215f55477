import { isDeepStrictEqual } from "node:util";
import { ListedInstances } from "@runa/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EvaluatedCandidate, evaluate, evaluateScopes, type WaitCondition } from "../src/evaluate/evaluate.ts";
import { debtsOf } from "../src/evaluate/owed.ts";
import { triggerText, typesOf } from "../src/methodology/trigger.ts";
import { newsOf } from "./model/feedback.ts";
import { owingNothing, settledChoices, stands } from "./model/owed.ts";
import { type Verdict, verdictsOf } from "./model/readiness.ts";
import { methodologyOf, unit } from "./support/builders.ts";
import { snapshotFrom, worlds } from "./support/worlds.ts";

const RUNS = 5000;

/** `toEqual`, which is slow, only where there is a difference to show. */
function agree(code: unknown, model: unknown): void {
  if (!isDeepStrictEqual(code, model)) expect(code).toEqual(model);
}

function conditionName(condition: WaitCondition): string {
  return condition.kind === "trigger" ? triggerText(condition.primitive) : condition.kind;
}

function seenIn({ protocol, readiness, triggerSatisfied, outputs, freshness, cycle }: EvaluatedCandidate) {
  return {
    name: protocol.name,
    status: readiness.status,
    failures:
      readiness.status === "blocked"
        ? readiness.failures.map(({ artifactType, reason }) => `${artifactType}: ${reason}`)
        : [],
    conditions: readiness.status === "waiting" ? [...new Set(readiness.conditions.map(conditionName))] : [],
    satisfied: triggerSatisfied,
    complete: outputs.complete,
    current: freshness.current,
    by: freshness.by,
    cycle,
  };
}

function told({ protocol, status, failures, conditions, satisfied, complete, current, by, cycle }: Verdict) {
  return { name: protocol.name, status, failures, conditions, satisfied, complete, current, by, cycle };
}

test("evaluate and debtsOf agree with contract section 5, sentence by sentence", () => {
  const met = new Map<string, number>();
  const count = (what: string) => met.set(what, (met.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(worlds, fc.boolean(), (world, allDone) => {
      const evaluation = evaluate(methodologyOf(world.types, world.protocols), snapshotFrom(world), world.workUnit);
      const verdicts = verdictsOf(world);
      agree(evaluation.candidates.map(seenIn), verdicts.map(told));

      const done = verdicts.flatMap(({ protocol, status }) => (allDone && status === "ready" ? [protocol.name] : []));
      const debts = debtsOf(evaluation, ({ protocol }) => done.includes(protocol.name));
      const free = owingNothing(world, verdicts, done);
      agree(
        debts.owing.map(({ protocol }) => protocol.name),
        verdicts.map(({ protocol }) => protocol.name).filter((name) => !free.has(name)),
      );
      agree(
        debts.settled.map(({ protocol, group, member }) => `${protocol} ${group} ${member}`),
        settledChoices(verdicts),
      );

      for (const verdict of verdicts) {
        count(verdict.status);
        for (const failure of verdict.failures) count(failure.replace(/.*: /, ""));
        for (const condition of verdict.conditions) count(condition.replace(/\(.*/, ""));
        const { requires, trigger } = verdict.protocol;
        if ([...requires, ...typesOf(trigger)].some((type) => newsOf(world, verdict.protocol, type).length > 0))
          count("spoken to");
        if (stands(world, verdicts, verdict)) count("stands");
        if (verdict.complete) count(`${verdict.current ? "current" : "reopened"} by ${verdict.by}`);
        if (verdict.status !== "ready" && !verdict.complete && free.has(verdict.protocol.name))
          count(`${verdict.status} for nothing`);
      }
      if (debts.settled.length > 0) count("settled");
    }),
    { numRuns: RUNS },
  );
  // What a comparison never met it has not compared.
  const rare = [
    ...["ready", "blocked", "waiting", "missing", "invalid", "stale", "scan_incomplete"],
    ...["on_artifact", "on_change", "on_invalid", "never", "current", "cycle", "settled"],
    ...["current by record", "current by age", "reopened by record", "reopened by age"],
    ...["spoken to", "stands"],
    ...["waiting for nothing", "blocked for nothing"],
  ].filter((what) => (met.get(what) ?? 0) < 10);
  expect(rare).toEqual([]);
});

class Divided extends ListedInstances {
  override scopedTypes(): string[] {
    return [...this.keys()];
  }
}

test("several scopes over one snapshot are evaluated as each is alone, whatever they share", () => {
  const scopes = [null, unit("w1"), unit("w2")];
  fc.assert(
    fc.property(worlds, (world) => {
      const methodology = methodologyOf(world.types, world.protocols);
      const snapshot = snapshotFrom(world);
      const together = [...evaluateScopes(methodology, snapshot, scopes)];
      // Where every type may be of work units, every scope looks at the lists of its own.
      const instances = new Divided(snapshot.instances);
      const facts = ({ candidates, view }: (typeof together)[number]) => [
        candidates.map(seenIn),
        candidates.map(({ readiness }) => (readiness.status === "ready" ? readiness.inputs : [])),
        world.types.map((type) => [view.summary(type), view.digest(type), view.broken(type)]),
      ];
      agree(
        together.map(facts),
        scopes.map((scope) => facts(evaluate(methodology, { ...snapshot, instances }, scope))),
      );
    }),
    { numRuns: 500 },
  );
});
