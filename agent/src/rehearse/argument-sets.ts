import { Failure } from "../failure.ts";
import type { JsonObject } from "../json.ts";
import { Impossible } from "../value/schema.ts";
import { visible } from "../visible.ts";
import { argumentsFor, type Wanted } from "./arguments.ts";

/** How often arguments are generated anew, from another seed. */
const TURNS = 6;

/** Arguments from one seed: as full as the schema allows, and with only what it requires. */
export interface ArgumentSet {
  readonly full: JsonObject | undefined;
  readonly bare: JsonObject | undefined;
}

/** Nothing can be generated that the schema allows. */
export class NothingToMake extends Failure {}

/**
 * Arguments from one seed after the other; the later ones take nothing from examples, which may be wrong.
 * @throws NothingToMake when the schema allows nothing that can be generated
 */
export function* argumentSetsFor(wanted: Wanted): Generator<ArgumentSet> {
  let why = "";
  const made = (turn: number, optionals: boolean): JsonObject | undefined => {
    try {
      return argumentsFor(wanted, { seed: (wanted.seed + turn) >>> 0, optionals, examples: turn === 0 });
    } catch (error) {
      if (!(error instanceof Impossible)) throw error;
      why ||= error.message;
      return undefined;
    }
  };
  let any = false;
  for (let turn = 0; turn < TURNS; turn++) {
    const set = { full: made(turn, true), bare: made(turn, false) };
    if (set.full === undefined && set.bare === undefined) continue;
    any = true;
    yield set;
  }
  if (!any) throw new NothingToMake(`nothing can be made for ${named(wanted)} that its schema allows: ${visible(why)}`);
}

/** Type and instance, as they are shown. */
export function named({ offer, instanceId }: Wanted): string {
  return visible(`${offer.artifactType}/${instanceId}`);
}
