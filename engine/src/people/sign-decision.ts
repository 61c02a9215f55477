import { signText, type Tell } from "../signature/sign.ts";
import type { SigningKey } from "../signature/signing-key.ts";
import { DECISION_NAMESPACE, signedText } from "./verdict.ts";

/**
 * A decision with its signature, made with a key of whoever decides (decisions 4).
 * @throws RunaError that says why there is none, and what to do
 */
export async function signedDecision<T extends Readonly<Record<string, unknown>>>(
  decision: T,
  key: SigningKey,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<T & { readonly signature: string }> {
  return {
    ...decision,
    signature: await signText(key, DECISION_NAMESPACE, signedText(decision), environment, tell),
  };
}
