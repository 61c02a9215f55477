import { RunaError } from "../diagnostic.ts";
import { nobodyDecides } from "../messages.ts";
import { thisPerson } from "../process/person.ts";

/** Who decides, and what signs for them. */
export interface Decider {
  readonly name: string;
  /** The fingerprint of the key that signs; undefined where nothing is signed. */
  readonly key?: string | undefined;
  /** The hash of the policy in force; undefined where there is none. */
  readonly policy?: string | undefined;
  /** The signature of a decision; null where nothing is signed. */
  sign(value: Readonly<Record<string, unknown>>): Promise<string | null>;
}

/** @throws RunaError where nobody is known */
export async function thisDecider(): Promise<Decider> {
  const person = thisPerson();
  if (person?.kind !== "person") throw new RunaError(nobodyDecides());
  return { name: person.name, sign: async () => null };
}
