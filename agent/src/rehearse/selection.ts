import { Failure } from "../failure.ts";
import type { Offer } from "../session/offer.ts";
import { visible } from "../visible.ts";
import type { RehearsalOptions } from "./options.ts";

/** What to deliver, in the server's order, and what was left out on purpose. */
export interface Selection {
  readonly deliver: readonly Offer[];
  readonly skipped: readonly Offer[];
}

/**
 * One delivery for each output that is owed: every `produces`, one member of each choice group, and `may_produce` only
 * where asked for.
 * @throws Failure when an option names a type that this server does not offer or that is not going to be delivered
 */
export function selectionOf(offers: readonly Offer[], options: RehearsalOptions): Selection {
  for (const [option, types] of Object.entries({
    skip: options.skip,
    choose: options.choose,
    invalid: options.invalid,
  })) {
    for (const type of types) offered(offers, option, type);
  }
  const left = offers.filter((offer) => !options.skip.includes(offer.artifactType));
  const chosen = choicesAmong(left, options.choose);
  const deliver = left.filter((offer) => {
    if (offer.duty.kind === "choice") return chosen.get(offer.duty.group) === offer.artifactType;
    return offer.duty.kind === "produces" || options.optional;
  });
  for (const type of options.invalid) {
    if (deliver.some((offer) => offer.artifactType === type)) continue;
    const kind = options.skip.includes(type) ? "skip" : offers.find((offer) => offer.artifactType === type)?.duty.kind;
    const remedy = kind === "skip" ? "leave --skip out" : kind === "choice" ? `add --choose ${type}` : "add --optional";
    throw new Failure(`--invalid ${visible(type)}: that type is not going to be delivered; ${visible(remedy)}`);
  }
  return { deliver, skipped: offers.filter((offer) => options.skip.includes(offer.artifactType)) };
}

function offered(offers: readonly Offer[], option: string, type: string): void {
  const known = offers.filter((offer) => option !== "choose" || offer.duty.kind === "choice");
  if (known.some((offer) => offer.artifactType === type)) return;
  const names = known.map((offer) => visible(offer.artifactType)).join(", ");
  const what = option === "choose" ? "member to choose" : "type to deliver";
  throw new Failure(`--${option} ${visible(type)}: the server offers no such ${what} (it offers: ${names || "none"})`);
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
