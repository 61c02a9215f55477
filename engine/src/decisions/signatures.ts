import type { Instance } from "@runa/store";
import type { LoggedDecision } from "@runa/store/log";
import type { Decision } from "./decision.ts";

/** A decision as its file says it, signed by a person: whether it fits its schema is not said. */
export type SignedDecision = Omit<Decision, "valid">;

/** What the signature of a decision's file comes to. */
export type SignatureState = { readonly kind: "signed" } | { readonly kind: "refused"; readonly text: string };

/** Judges the signatures of decisions' files. */
export interface Signatures {
  /**
   * Whether a file is signed, and says itself what its event says of it: the log lies where agents can write, and must not
   * turn a signed decision into another.
   * @param event what the log tells; its time is when the key had to be the person's
   */
  verify(file: Instance, event: LoggedDecision): SignatureState;
  /** What a file says that the log does not know, where it is signed by a key that is the person's now; else why it is not. */
  read(file: Instance): SignedDecision | string;
}
