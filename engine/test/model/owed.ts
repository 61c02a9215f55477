import type { Trigger } from "../../src/methodology/trigger.ts";
import { isFeedback } from "./feedback.ts";
import { isSatisfied, type Verdict } from "./readiness.ts";
import { instancesOf, type World } from "./world.ts";

/*
 * Contract.md section 5, "Owed": the smallest set that the rules give, found by asking every rule of every candidate
 * until nothing is added.
 */

/** The names of the candidates that owe nothing. `done`: READY work that this run has done and that is never current. */
export function owingNothing(world: World, verdicts: readonly Verdict[], done: readonly string[]): Set<string> {
  const free = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const verdict of verdicts) {
      if (free.has(verdict.protocol.name) || !owesNothing(world, verdicts, done, free, verdict)) continue;
      free.add(verdict.protocol.name);
      grown = true;
    }
  }
  return free;
}

function owesNothing(
  world: World,
  verdicts: readonly Verdict[],
  done: readonly string[],
  free: ReadonlySet<string>,
  verdict: Verdict,
): boolean {
  const { protocol, status, complete, satisfied, failures, cycle } = verdict;
  // "members of cycles always do"
  if (cycle !== null) return false;
  if (stands(world, verdicts, verdict)) return false;
  const nobodyOwes = (type: string) => isOwedByNobody(verdicts, free, type);
  const waitsForNothing = (part: Trigger): boolean => {
    if ("name" in part) return part.type === "on_invalid" || nobodyOwes(part.name);
    const open = part.conditions.filter((condition) => !isSatisfied(world, protocol, condition));
    return part.type === "any_of" ? open.every(waitsForNothing) : open.some(waitsForNothing);
  };
  if (status === "ready") return done.includes(protocol.name);
  if (status === "waiting") return complete || (!satisfied && waitsForNothing(protocol.trigger));
  return failures.every((failure) => {
    const [type = "", reason] = failure.split(": ");
    return reason === "missing" && nobodyOwes(type);
  });
}

/** "The owner of a choice owes while its chosen member is feedback that a current candidate's trigger names." */
export function stands(world: World, verdicts: readonly Verdict[], { protocol, chosen }: Verdict): boolean {
  const names = (trigger: Trigger, type: string): boolean =>
    "name" in trigger ? trigger.name === type : trigger.conditions.some((condition) => names(condition, type));
  // "what another protocol ... delivers or confirms": a file that a person put there is none.
  const isDelivered = (type: string) => instancesOf(world, type).some(({ deliveredAt }) => deliveredAt !== null);
  return [...chosen.values()]
    .filter(isDelivered)
    .some((member) =>
      verdicts.some(
        (other) =>
          other.current &&
          names(other.protocol.trigger, member) &&
          isFeedback(world, member, protocol.name, other.protocol),
      ),
    );
}

function isOwedByNobody(verdicts: readonly Verdict[], free: ReadonlySet<string>, type: string): boolean {
  const writes = ({ produces, mayProduce, choices }: Verdict["protocol"]) =>
    [...produces, ...mayProduce, ...choices.flatMap(({ members }) => members)].includes(type);
  // "a member of a choice whose owner is current with another member, and that no other protocol could write": owed is
  // what the scope's own candidates could write, so a protocol of the other scope is no writer here.
  const settled = verdicts.some(
    ({ protocol, current, chosen }) =>
      current &&
      protocol.choices.some(({ name, members }) => members.includes(type) && chosen.get(name) !== type) &&
      !verdicts.some((other) => other.protocol !== protocol && writes(other.protocol)),
  );
  // "a type that has writers, all of which owe nothing"
  const writers = verdicts.filter(({ protocol }) => writes(protocol));
  return settled || (writers.length > 0 && writers.every(({ protocol }) => free.has(protocol.name)));
}

/** "The end of `run` names each choice that was settled, and how": `protocol group member` of those that are current. */
export function settledChoices(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ current }) => current)
    .flatMap(({ protocol, chosen }) => [...chosen].map(([group, member]) => `${protocol.name} ${group} ${member}`));
}
