import { rfc3339, type WallTime } from "@runa/store";
import { canonicalJson, sha256 } from "@runa/store/json";
import {
  notSigned,
  signatureForged,
  signatureKeyNotValid,
  signatureOtherPerson,
  signatureOtherUse,
  signatureUnknownKey,
  signatureUnreadable,
  signatureUntouched,
} from "../messages.ts";
import { readSignature, type SshSignature } from "../signature/sshsig.ts";
import { type Verification, verifySignature } from "../signature/verify.ts";
import { visible } from "../visible.ts";
import { holderOf, type Policy } from "./policy.ts";

/** What decisions are signed for, so that no other signature by the same key passes for one. */
export const DECISION_NAMESPACE = "runa-decision-v1";

/** What a decision file's signature comes to. `text` is the reason as people read it. */
export type SignatureVerdict =
  | { readonly kind: "signed"; readonly person: string; readonly key: string }
  | { readonly kind: SignatureRefusal; readonly text: string };

export type SignatureRefusal =
  /** It has none. */
  | "unsigned"
  /** It is broken, or of a kind that is not taken. */
  | "unreadable"
  /** It was made for something else than a decision. */
  | "wrong_namespace"
  /** Its key is nobody's. */
  | "unknown_key"
  /** Its key was not this person's at that moment. */
  | "key_not_valid"
  /** It is somebody else's than the one whom the decision names. */
  | "another_person"
  /** It is not of this content. */
  | "forged"
  /** It was made without a touch of the hardware key. */
  | "untouched";

/** The text that is signed of a decision: its canonical JSON without the signature (decisions 4). */
export function signedText(decision: Readonly<Record<string, unknown>>): string {
  const { signature: _, ...signed } = decision;
  return canonicalJson(signed);
}

/**
 * Whose signature a decision file carries, at a moment.
 * @param decision the file's value, with every digit of its numbers
 * @param at when its event was logged, and not what it says itself; of one that came by a clone, now
 */
export function verdictOf(decision: unknown, policy: Policy, at: WallTime): SignatureVerdict {
  if (!isObject(decision) || decision.signature === undefined) return { kind: "unsigned", text: notSigned() };
  const { signature: armored, by } = decision;
  if (typeof armored !== "string") return { kind: "unreadable", text: signatureUnreadable("it is no text") };
  const signature = readSignature(armored);
  if ("kind" in signature) return { kind: "unreadable", text: signatureUnreadable(signature.why) };
  if (signature.namespace !== DECISION_NAMESPACE)
    return { kind: "wrong_namespace", text: signatureOtherUse(visible(signature.namespace)) };
  const { text: key, fingerprint } = signature.key;
  const holder = holderOf(policy, key, at);
  if (holder.kind === "nobody") return { kind: "unknown_key", text: signatureUnknownKey(fingerprint) };
  const { name } = holder.person;
  if (holder.kind !== "holds") {
    const window = `${holder.kind === "too_early" ? "from" : "until"} ${rfc3339(holder.boundary)}`;
    return { kind: "key_not_valid", text: signatureKeyNotValid(name, fingerprint, window, rfc3339(at)) };
  }
  if (!isObject(by) || by.name !== name || (by.key !== undefined && by.key !== fingerprint))
    return { kind: "another_person", text: signatureOtherPerson(name, fingerprint) };
  switch (verified(decision, armored, signature)) {
    case "good":
      return { kind: "signed", person: name, key: fingerprint };
    case "bad":
      return { kind: "forged", text: signatureForged() };
    case "untouched":
      return { kind: "untouched", text: signatureUntouched() };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What signatures came to, by what was verified: content and signature, which names its key. Kept in memory alone. */
const known = new Map<string, Verification>();

function verified(decision: Readonly<Record<string, unknown>>, armored: string, signature: SshSignature): Verification {
  const text = signedText(decision);
  const key = sha256(`${armored}\0${text}`);
  const before = known.get(key);
  if (before !== undefined) return before;
  const verification = verifySignature(text, signature);
  known.set(key, verification);
  return verification;
}
