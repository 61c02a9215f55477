import { visible } from "@runa/engine";
import type { DeliveryAnswer } from "@runa/engine/answers";

/** What became of an output, and what its attempt has still to deliver. */
export function deliveredText({ result, path = "", still_owed }: DeliveryAnswer): string[] {
  const done = result === "withdrawn" ? "withdrew" : result;
  return [`${done} ${visible(path)}${still_owed === undefined ? ", by hand" : `; ${owedText(still_owed)}`}`];
}

function owedText(owed: readonly string[]): string {
  return owed.length === 0 ? "nothing is owed any more" : `still owed: ${owed.map(visible).join(", ")}`;
}

/** Why nothing was written, with every violation. */
export function refusedText({ reason = "", violations = [] }: DeliveryAnswer): string[] {
  return [`refused: ${visible(reason)}`, ...violations.map(({ message }) => `  ${visible(message)}`)];
}
