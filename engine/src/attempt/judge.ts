import type { Instance, InstanceRef, ServerNotes } from "@runa/store";
import type { ProtocolView, ScopeView } from "../evaluate/scope-view.ts";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import type { InvalidOutput, Outcome, Silence, UnmetChoice } from "./outcome.ts";

/** What an attempt left, once nothing more can come. */
export interface AttemptEvidence {
  /** The workspace after the attempt, in its scope. */
  readonly view: ScopeView;
  /** What counts as delivered by this attempt and is still there. */
  readonly delivered: readonly InstanceRef[];
  readonly notes: ServerNotes;
}

/**
 * Whether an attempt met its obligations (attempts.md section 2): of each `produces` type it delivered at least one
 * instance and every instance of it in the scope is valid; of each choice group it delivered exactly one member, valid;
 * what is there of `may_produce` is valid. What merely lay there from before does not count.
 */
export function judge(protocol: ProtocolDeclaration, evidence: AttemptEvidence): Outcome {
  const { view, delivered } = evidence;
  const seen = view.as(protocol);
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

function silenceOf({ delivered, notes }: AttemptEvidence): Silence {
  if (notes.callsRefused > 0) return { kind: "calls_refused", count: notes.callsRefused, last: notes.lastRefusal };
  if (delivered.length > 0) return { kind: "other_delivered" };
  if (!notes.serverStarted && notes.serverFailure !== null)
    return { kind: "server_failed", reason: notes.serverFailure };
  if (notes.called) return { kind: "nothing_left" };
  return notes.serverStarted ? { kind: "no_tool_called" } : { kind: "server_never_started" };
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
  const seen = view.as(protocol);
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
