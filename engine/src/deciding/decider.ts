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
