import type { Instance } from "@runa/store";
import type { ProtocolDeclaration } from "../../src/methodology/manifest.ts";
import type { Trigger } from "../../src/methodology/trigger.ts";
import { newsOf } from "./feedback.ts";
import { cyclesOf, orderOf } from "./graph.ts";
import { instancesOf, type Recorded, scopeOf, type World } from "./world.ts";

/*
 * Contract.md section 5, "Readiness" to "Status", written down sentence by sentence and as slowly as it reads.
 */

/** The verdict of a trigger where gaps count: `open` hangs on a partially scanned type. */
type Trusted = boolean | "open";

/** What the model says of one candidate. */
export interface Verdict {
  readonly protocol: ProtocolDeclaration;
  readonly status: "ready" | "blocked" | "waiting";
  /** Whether what is known satisfies the trigger, whether or not that can be trusted. */
  readonly satisfied: boolean;
  /** `type: reason`. */
  readonly failures: readonly string[];
  /** `on_artifact(x)` for an unsatisfied primitive, `never` where there is none, `current`, `cycle`. */
  readonly conditions: readonly string[];
  readonly complete: boolean;
  readonly current: boolean;
  readonly by: "record" | "age";
  readonly cycle: readonly string[] | null;
  /** Of each choice group with exactly one present and valid member, that member. */
  readonly chosen: ReadonlyMap<string, string>;
}

/** Every candidate of the scope, in its order. */
export function verdictsOf(world: World): Verdict[] {
  const scope = scopeOf(world);
  const cycles = cyclesOf(scope, world.protocols);
  return orderOf(scope, world.protocols).flatMap((name) =>
    scope.filter((protocol) => protocol.name === name).map((protocol) => verdictOf(world, protocol, cycles)),
  );
}

const isValid = (instance: Instance) => instance.status === "valid";
const isBroken = (instance: Instance) => instance.status === "invalid" || instance.status === "malformed";

function verdictOf(world: World, protocol: ProtocolDeclaration, cycles: readonly (readonly string[])[]): Verdict {
  const satisfied = isSatisfied(world, protocol, protocol.trigger);
  const complete = isComplete(world, protocol);
  const current = isCurrent(world, protocol);
  const cycle = cycles.find((members) => members.includes(protocol.name)) ?? null;
  const by = recordOf(world, protocol) === null ? ("age" as const) : ("record" as const);
  const facts = { protocol, satisfied, complete, current, by, cycle, chosen: chosenOf(world, protocol) };
  const failures = requirementFailures(world, protocol);
  const untrusted =
    trustedVerdict(world, protocol, protocol.trigger) === "open" ? gappedTypes(world, protocol.trigger) : [];
  // "untrusted verdicts first": a gap in `requires` "whatever the trigger says", one in the trigger that leaves it open.
  if (protocol.requires.some((type) => world.gaps.includes(type)) || untrusted.length > 0) {
    const more = untrusted.filter((type) => !protocol.requires.includes(type) || !world.gaps.includes(type));
    return {
      ...facts,
      status: "blocked",
      failures: [...failures, ...more.map((type) => `${type}: scan_incomplete`)],
      conditions: [],
    };
  }
  const conditions = [
    ...(satisfied ? (current ? ["current"] : []) : reasons(world, protocol)),
    ...(cycle === null ? [] : ["cycle"]),
  ];
  if (conditions.length > 0) return { ...facts, status: "waiting", failures: [], conditions: [...new Set(conditions)] };
  if (failures.length > 0) return { ...facts, status: "blocked", failures, conditions: [] };
  return { ...facts, status: "ready", failures: [], conditions: [] };
}

/** "**requires**: at least one valid instance", else `missing`, `invalid`, `stale`, `scan_incomplete`. */
function requirementFailures(world: World, { requires }: ProtocolDeclaration): string[] {
  return requires.flatMap((type) => {
    const found = instancesOf(world, type);
    const gap = world.gaps.includes(type) ? [`${type}: scan_incomplete`] : [];
    if (found.some(isValid)) return gap;
    // What could not be read may be there; what is known to be invalid is invalid all the same.
    if (found.length === 0) return gap.length > 0 ? gap : [`${type}: missing`];
    return [`${type}: ${found.some(({ status }) => status === "stale") ? "stale" : "invalid"}`, ...gap];
  });
}

/** `all_of`, `any_of`: whether the trigger is satisfied by what is known. */
export function isSatisfied(world: World, protocol: ProtocolDeclaration, trigger: Trigger): boolean {
  if ("name" in trigger) return holds(world, protocol, trigger.type, trigger.name);
  const truths = trigger.conditions.map((condition) => isSatisfied(world, protocol, condition));
  return trigger.type === "all_of" ? !truths.includes(false) : truths.includes(true);
}

/** "A gap … does so unless branches over other, trusted types decide the trigger either way." */
function trustedVerdict(world: World, protocol: ProtocolDeclaration, trigger: Trigger): Trusted {
  if ("name" in trigger) return world.gaps.includes(trigger.name) ? "open" : isSatisfied(world, protocol, trigger);
  const verdicts = trigger.conditions.map((condition) => trustedVerdict(world, protocol, condition));
  const deciding = trigger.type === "any_of";
  if (verdicts.includes(deciding)) return deciding;
  return verdicts.includes("open") ? "open" : !deciding;
}

function holds(world: World, protocol: ProtocolDeclaration, kind: string, type: string): boolean {
  const found = instancesOf(world, type);
  if (kind === "on_artifact") return found.some(isValid);
  if (kind === "on_invalid") return found.some(isBroken);
  // "an instance of x exists and x is newer than the candidate's outputs, or it has no complete outputs"
  if (found.length === 0) return false;
  // What cannot be read of the outputs disables every suppression.
  if (!isComplete(world, protocol) || hasUnreadOutputs(world, protocol)) return true;
  // "For `on_change` and by age it counts from then too."
  const times = [
    ...found.map(({ lastModified }) => lastModified),
    ...newsOf(world, protocol, type).map(({ at }) => at),
  ];
  return newest(times) > timeOfOutputs(world, protocol, false);
}

function newest(times: readonly number[]): number {
  return times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
}

/** The member of each choice group that is alone present, where it is valid. */
function chosenOf(world: World, { choices }: ProtocolDeclaration): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const { name, members } of choices) {
    const [member, another] = members.filter((type) => instancesOf(world, type).length > 0);
    if (member !== undefined && another === undefined && instancesOf(world, member).every(isValid))
      chosen.set(name, member);
  }
  return chosen;
}

/** "Outputs are *complete* when …" */
function isComplete(world: World, protocol: ProtocolDeclaration): boolean {
  const { produces, mayProduce, choices } = protocol;
  if (produces.length === 0 && choices.length === 0) return false;
  const produced = produces.every((type) => {
    const found = instancesOf(world, type);
    return found.length > 0 && found.every(isValid);
  });
  const optional = mayProduce.every((type) => instancesOf(world, type).every(isValid));
  return (
    produced && optional && chosenOf(world, protocol).size === choices.length && !failedAndUntouched(world, protocol)
  );
}

/** "… did not fail, unless a `produces` or choice instance came, changed or went since it ended". */
function failedAndUntouched(world: World, protocol: ProtocolDeclaration): boolean {
  const past = world.past.get(protocol.name);
  if (past?.lastFailed !== true) return false;
  const owed = [...protocol.produces, ...protocol.choices.flatMap(({ members }) => members)];
  const today = owed.flatMap((type) => instancesOf(world, type)).map(nameAndContent);
  return sameSet(today, past.owedAtEnd.map(nameAndContent));
}

const nameAndContent = ({ type, id, contentHash }: Instance) => `${type}/${id} ${contentHash}`;

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.every((item) => other.includes(item)) && other.every((item) => one.includes(item));
}

/**
 * "Their time is the oldest, over the `produces` types and the chosen members, of each type's newest instance." For age
 * "an output counts from the later of its `last_modified` and the start of the last successful attempt that delivered it".
 */
function timeOfOutputs(world: World, protocol: ProtocolDeclaration, forAge: boolean): number {
  const types = [...protocol.produces, ...chosenOf(world, protocol).values()];
  const times = types.map((type) =>
    newest(
      instancesOf(world, type).map(({ lastModified, deliveredAt }) =>
        forAge && deliveredAt !== null ? Math.max(lastModified, deliveredAt) : lastModified,
      ),
    ),
  );
  return Math.min(...times);
}

interface Relevant {
  readonly type: string;
  readonly which: "valid" | "all";
}

/** "`requires` plus the types of those trigger branches that are satisfied today". */
function relevantToday(world: World, protocol: ProtocolDeclaration): Relevant[] {
  const branches = (trigger: Trigger): Relevant[] => {
    if (!isSatisfied(world, protocol, trigger)) return [];
    if (!("name" in trigger)) return trigger.conditions.flatMap(branches);
    return [{ type: trigger.name, which: trigger.type === "on_artifact" ? "valid" : "all" }];
  };
  return [...protocol.requires.map((type): Relevant => ({ type, which: "valid" })), ...branches(protocol.trigger)];
}

/** "The candidate is *current* while its outputs are complete and …" */
function isCurrent(world: World, protocol: ProtocolDeclaration): boolean {
  if (!isComplete(world, protocol) || hasUnreadOutputs(world, protocol)) return false;
  const record = recordOf(world, protocol);
  return relevantToday(world, protocol).every(({ type, which }) => {
    const counting = (instances: readonly Instance[]) =>
      which === "all" ? [...instances] : instances.filter((instance) => isValid(instance));
    const today = counting(instancesOf(world, type));
    const said = newsOf(world, protocol, type).filter(({ instance }) => today.includes(instance));
    if (record === null) {
      const times = [...today.map(({ lastModified }) => lastModified), ...said.map(({ at }) => at)];
      return newest(times) <= timeOfOutputs(world, protocol, true);
    }
    // "Feedback … counts as changed when that was after the candidate's last success, also with the same content."
    if (said.length > 0) return false;
    return sameSet(today.map(nameAndContent), counting(record.get(type) ?? []).map(nameAndContent));
  });
}

/** "A gap in an output type disables *current* for that type, for every work unit." */
function hasUnreadOutputs({ gaps }: World, { produces, mayProduce, choices }: ProtocolDeclaration): boolean {
  return [...produces, ...mayProduce, ...choices.flatMap(({ members }) => members)].some((type) => gaps.includes(type));
}

/** "A change of a protocol's declaration, its PROTOCOL.md or a schema it reads or writes voids that protocol's records". */
function recordOf(world: World, protocol: ProtocolDeclaration): Recorded | null {
  const past = world.past.get(protocol.name);
  return past?.sameInstructions === true ? past.record : null;
}

/** "reason per unsatisfied primitive": those that keep the trigger from being satisfied. */
function reasons(world: World, protocol: ProtocolDeclaration): string[] {
  const unsatisfied = (trigger: Trigger): string[] => {
    if (isSatisfied(world, protocol, trigger)) return [];
    return "name" in trigger ? [`${trigger.type}(${trigger.name})`] : trigger.conditions.flatMap(unsatisfied);
  };
  const primitives = unsatisfied(protocol.trigger);
  return primitives.length === 0 ? ["never"] : primitives;
}

function gappedTypes(world: World, trigger: Trigger): string[] {
  if ("name" in trigger) return world.gaps.includes(trigger.name) ? [trigger.name] : [];
  return [...new Set(trigger.conditions.flatMap((condition) => gappedTypes(world, condition)))];
}
