import type { Moment } from "@runa/store";
import type { ProtocolDeclaration } from "../methodology/manifest.ts";
import { outputTypesOf, owedTypesOf } from "../methodology/methodology.ts";
import type { ProtocolView } from "./scope-view.ts";

/** A choice group whose one member is there and valid. */
export interface SettledChoice {
  readonly group: string;
  readonly member: string;
}

/** A candidate's outputs as they are (contract.md section 5). */
export interface Outputs {
  readonly complete: boolean;
  /** Each choice group that exactly one present member settles. */
  readonly settled: readonly SettledChoice[];
  /**
   * The oldest, over the `produces` types and the chosen members, of each type's newest instance; null unless they are
   * complete and everything of the candidate's output types could be read: what cannot be read keeps nothing from running.
   * `changed` counts an instance from when its content changed, `vouched` from the start of the last successful attempt
   * that delivered it, where that is later.
   */
  readonly time: { readonly changed: Moment; readonly vouched: Moment } | null;
}

/** Looks at a candidate's outputs. */
export function outputsOf(view: ProtocolView, protocol: ProtocolDeclaration): Outputs {
  const { outputs } = view;
  const { owed, settled, isThere } = presentOutputs(view, protocol);
  const complete = isThere && !view.isReopened && !lastAttemptFailed(view, protocol);
  const isKnown = !view.hasGaps || !outputTypesOf(protocol).some((type) => outputs.isPartial(type));
  return { complete, settled, time: complete && isKnown ? timeOf(outputs, owed) : null };
}

/** What lies there of a candidate's outputs, whoever brought it there. */
export interface PresentOutputs extends Pick<Outputs, "settled"> {
  /** The `produces` types and the chosen members. */
  readonly owed: readonly string[];
  /** Whether that is all there has to be, and valid. */
  readonly isThere: boolean;
}

/** Looks at what lies there, whatever became of the candidate's attempts. */
export function presentOutputs({ outputs: view }: ProtocolView, protocol: ProtocolDeclaration): PresentOutputs {
  const settled = settledChoices(view, protocol);
  const owed =
    settled.length === 0 ? protocol.produces : [...protocol.produces, ...settled.map(({ member }) => member)];
  const isThere =
    owed.length > 0 &&
    settled.length === protocol.choices.length &&
    areValid(view, protocol.produces, 1) &&
    areValid(view, protocol.mayProduce, 0);
  return { owed, settled, isThere };
}

function settledChoices(view: ProtocolView, { choices }: ProtocolDeclaration): SettledChoice[] {
  const settled: SettledChoice[] = [];
  for (const choice of choices) {
    const present = choice.members.filter((member) => view.summary(member).total > 0);
    const [member] = present;
    if (present.length === 1 && member !== undefined && areValid(view, [member], 1))
      settled.push({ group: choice.name, member });
  }
  return settled;
}

/** The oldest over these types of each one's newest instance; each has one. */
function timeOf(view: ProtocolView, owed: readonly string[]): NonNullable<Outputs["time"]> {
  let changed = Number.POSITIVE_INFINITY;
  let vouched = Number.POSITIVE_INFINITY;
  for (const type of owed) {
    const { newest, newestVouched } = view.summary(type);
    changed = Math.min(changed, newest ?? 0);
    vouched = Math.min(vouched, newestVouched ?? 0);
  }
  return { changed: changed as Moment, vouched: vouched as Moment };
}

/** Whether of each type there are so many instances at least, and all are valid. */
function areValid(view: ProtocolView, types: readonly string[], least: number): boolean {
  for (const type of types) {
    const { total, valid } = view.summary(type);
    if (total < least || total !== valid) return false;
  }
  return true;
}

/**
 * Whether the last attempt failed and nothing that it owed came, changed or went since: a failed attempt that delivered
 * everything is not done.
 */
function lastAttemptFailed(view: ProtocolView, protocol: ProtocolDeclaration): boolean {
  const last = view.lastAttempt;
  return last !== undefined && last.outcome !== "delivered" && last.outputsAfter === owedDigest(view, protocol);
}

/** A digest of everything that lies there of what a candidate owes. */
export function owedDigest(view: ProtocolView, protocol: ProtocolDeclaration): string {
  return view.outputs.digestOf(owedTypesOf(protocol));
}
