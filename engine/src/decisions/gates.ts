import { type DecisionTypes, decisionTypesOf } from "../methodology/decision-types.ts";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import { type Methodology, readTypesOf } from "../methodology/methodology.ts";

/** What of a type is seen in place of all its instances. No type has a control character in its name. */
export type ListName = string;

/** Of a type that is decided on, what is approved for all of these, and what is not valid. */
export function gatedList(type: string, approvals: readonly string[]): ListName {
  return ["gated", type, ...approvals].join("\0");
}

/** Of an approval type, its approved subjects, as instances of it. */
export function approvedList(approvalType: string): ListName {
  return `approved\0${approvalType}`;
}

/** Of an approval type the approvals that count, of a rejection type the rejections that stand. */
export function countingList(decisionType: string): ListName {
  return `counting\0${decisionType}`;
}

/** Of an audit type, the records of the attempts of all other protocols: no attempt counts for its own protocol. */
export function recordsOfOthers(auditType: string, protocol: string): ListName {
  return `others\0${auditType}\0${protocol}`;
}

/** Which approvals one protocol names of the types that are decided on (decisions.md section 2). */
export class Gate {
  readonly #lists: ReadonlyMap<string, ListName>;
  /** By a type that is decided on, the approval types of it that the protocol names. */
  readonly approvals: ReadonlyMap<string, readonly string[]>;

  constructor(protocol: ProtocolDeclaration, types: DecisionTypes) {
    const named = new Set([...readTypesOf(protocol), ...protocol.accepts]);
    const approvals = new Map(
      types.subjects.flatMap((subject): [string, string[]][] => {
        const those = types.approvalsOf(subject).flatMap(({ name }) => (named.has(name) ? [name] : []));
        return those.length === 0 ? [] : [[subject, those]];
      }),
    );
    this.approvals = approvals;
    this.#lists = new Map(Array.from(approvals, ([type, those]) => [type, gatedList(type, those)]));
  }

  /** What the protocol sees of a type that is decided on; undefined where it names no approval of it. */
  listOf(type: string): ListName | undefined {
    return this.#lists.get(type);
  }
}

/** The gates of a methodology's protocols, by name; of those that have none, nothing. */
export function gatesOf(methodology: Methodology): ReadonlyMap<string, Gate> {
  let known = GATES.get(methodology);
  if (known === undefined) {
    const types = decisionTypesOf(methodology);
    const all = methodology.protocols.map((protocol) => [protocol.name, new Gate(protocol, types)] as const);
    known = new Map(all.filter(([, { approvals }]) => approvals.size > 0));
    GATES.set(methodology, known);
  }
  return known;
}

const GATES = new WeakMap<Methodology, ReadonlyMap<string, Gate>>();
