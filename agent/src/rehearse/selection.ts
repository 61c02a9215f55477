import { Failure } from "../failure.ts";
import type { Offer } from "../session/offer.ts";
import { visible } from "../visible.ts";
import type { RehearsalOptions } from "./options.ts";

/** What to deliver, in the server's order, and what was left out on purpose. */
export interface Selection {
  readonly deliver: readonly Offer[];
  readonly skipped: readonly Offer[];
  /** Options with a type that has no effect here, so that a misspelt one does not stay silent. */
  readonly idle: readonly string[];
}

/**
 * One delivery for each output that is owed: every `produces`, one member of each choice group, and `may_produce` only
 * where asked for.
 * An option that names a type which this server does not offer has no effect: one agent command serves every protocol.
 * @throws Failure when `--invalid` names a type that is offered and is not going to be delivered
 */
export function selectionOf(offers: readonly Offer[], options: RehearsalOptions): Selection {
  const left = offers.filter((offer) => !options.skip.includes(offer.artifactType));
  const chosen = choicesAmong(left, options.choose);
  const deliver = left.filter((offer) => {
    if (offer.duty.kind === "choice") return chosen.get(offer.duty.group) === offer.artifactType;
    return offer.duty.kind === "produces" || options.optional;
  });
  for (const type of options.invalid) {
    const offer = offers.find((candidate) => candidate.artifactType === type);
    if (offer === undefined || deliver.includes(offer)) continue;
    const kind = options.skip.includes(type) ? "skip" : offer.duty.kind;
    const remedy = kind === "skip" ? "leave --skip out" : kind === "choice" ? `add --choose ${type}` : "add --optional";
    throw new Failure(`--invalid ${visible(type)}: that type is not going to be delivered; ${visible(remedy)}`);
  }
  return {
    deliver,
    skipped: offers.filter((offer) => options.skip.includes(offer.artifactType)),
    idle: idleOptions(offers, options),
  };
}

function idleOptions(offers: readonly Offer[], { skip, choose, invalid }: RehearsalOptions): string[] {
  const offered = (type: string, members: boolean) =>
    offers.some((offer) => offer.artifactType === type && (!members || offer.duty.kind === "choice"));
  return Object.entries({ skip, choose, invalid }).flatMap(([option, types]) =>
    types.filter((type) => !offered(type, option === "choose")).map((type) => `--${option} ${visible(type)}`),
  );
}

/** The member to deliver of each choice group: the one named, else the first that is left. */
function choicesAmong(offers: readonly Offer[], named: readonly string[]): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const { artifactType, duty } of offers) {
    if (duty.kind !== "choice" || !named.includes(artifactType)) continue;
    const other = chosen.get(duty.group);
    if (other !== undefined) {
      throw new Failure(`--choose ${visible(other)} and --choose ${visible(artifactType)} are members of one choice`);
    }
    chosen.set(duty.group, artifactType);
  }
  for (const { duty } of offers) {
    if (duty.kind !== "choice" || chosen.has(duty.group)) continue;
    const first = duty.members.find((member) => offers.some((offer) => offer.artifactType === member));
    if (first !== undefined) chosen.set(duty.group, first);
  }
  return chosen;
}
