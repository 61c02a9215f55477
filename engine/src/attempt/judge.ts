import type { Instance, InstanceRef } from "@runa/store";
import type { ProtocolView, ScopeView } from "../evaluate/scope-view.ts";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import type { FencedAttempt } from "./attempt.ts";
import type { Evidence } from "./evidence.ts";
import type { InvalidOutput, Outcome, Silence, UnmetChoice } from "./outcome.ts";

/**
 * The outcome that the end of an attempt's work is, whatever was delivered: the first that applies (attempts.md section 1).
 * Null where what was delivered decides.
 */
export function endedBy({ ending, end: { exit } }: Pick<FencedAttempt, "ending" | "end">): Outcome | null {
  if (exit.kind === "not_started") {
    const { kind: id, ...facts } = exit;
    return { id, ...facts };
  }
  switch (ending?.kind) {
    case "interrupted":
      return { id: "interrupted", signal: ending.signal };
    case "limit":
      return { id: "timed_out", limit: ending.limit };
    case "settled":
      // It was runa that ended it, whatever it made of that.
      return null;
  }
  if (exit.kind === "signalled") return { id: "signalled", signal: exit.signal };
  return exit.kind === "exited" && exit.code !== 0 ? { id: "exited", code: exit.code } : null;
}

/**
 * The outcome where what was delivered decides.
 * @param judged what that comes to
 */
export function outcomeOf({ ending, end }: Pick<FencedAttempt, "ending" | "end">, judged: Outcome): Outcome {
  if (ending?.kind === "settled") return judged.id === "delivered" ? { id: "delivered", ended: "settled" } : judged;
  if (end.exit.kind !== "unknown") return judged;
  return judged.id === "delivered" ? { id: "delivered", ended: "exit_code_unknown" } : { id: "abandoned" };
}

/**
 * Whether an attempt met its obligations (attempts.md section 2): of each `produces` type it delivered at least one
 * instance and every instance of it in the scope is valid; of each choice group it delivered exactly one member, valid;
 * what is there of `may_produce` is valid. What merely lay there from before does not count.
 */
export function judge(protocol: ProtocolDeclaration, evidence: Evidence): Outcome {
  const { view, delivered } = evidence;
  const seen = view.as(protocol).outputs;
  const types = new Set(delivered.map(({ type }) => type));
  const chosen = protocol.choices.flatMap(({ members }) => members.filter((member) => types.has(member)));
  const outputs = [...protocol.produces, ...chosen, ...protocol.mayProduce].flatMap((type) => invalidOf(seen, type));
  if (outputs.length > 0) return { id: "invalid_output", outputs };
  const choices = protocol.choices.flatMap(({ name, members }): UnmetChoice[] => {
    const those = members.filter((member) => types.has(member));
    return those.length === 1 ? [] : [{ group: name, members, delivered: those }];
  });
  const silence = silenceOf(evidence);
  if (choices.length > 0) return { id: "choice_unmet", choices, silence };
  const missing = protocol.produces.filter((type) => !types.has(type));
  return missing.length > 0 ? { id: "not_delivered", types: missing, silence } : { id: "delivered" };
}

function invalidOf(view: ProtocolView, type: string): InvalidOutput[] {
  return view
    .inScope(type)
    .filter((instance) => instance.status !== "valid")
    .map(({ id, violations }) => ({ type, id, violations }));
}

function silenceOf({ delivered, calls, silence }: Evidence): Silence | null {
  if (calls.callsRefused > 0) return { kind: "calls_refused", count: calls.callsRefused, last: calls.lastRefusal };
  if (delivered.length > 0) return { kind: "other_delivered" };
  return calls.called ? { kind: "nothing_left" } : silence;
}

/**
 * What a success leaves behind (attempts.md section 2, “Superseded”): whatever its scope counts of another member of a
 * choice than the one it delivered, without which the choice would not be settled, where an unscoped attempt decides for
 * all; and what the candidate wrote before, of which this attempt says nothing.
 * @param leaving what of that leaves unless it is delivered or confirmed
 */
export function supersededBy(
  protocol: ProtocolDeclaration,
  view: ScopeView,
  delivered: readonly InstanceRef[],
  leaving: readonly Instance[] = [],
): Instance[] {
  const seen = view.as(protocol).outputs;
  const own = new Set(delivered.map(({ type, id }) => `${type}/${id}`));
  const notChosen = protocol.choices.flatMap(({ members }) => {
    const chosen = members.flatMap((member) => seen.inScope(member)).filter(({ type, id }) => own.has(`${type}/${id}`));
    return members
      .filter((member) => !chosen.some(({ type }) => type === member))
      .flatMap((member) => seen.inScope(member));
  });
  const unsaid = leaving.filter((instance) => !own.has(`${instance.type}/${instance.id}`));
  return [...new Set([...notChosen, ...unsaid])];
}
