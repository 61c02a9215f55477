import { hashTooShort } from "../messages.ts";
import { UsageError } from "./usage-error.ts";

/** So many digits of a content's hash have to be given, so that nobody hits one that they have not seen. */
const SHORTEST = 12;

/** How a content's hash begins, `sha256:` included; null for what is no beginning, or one that is too short. */
export function contentBeginning(text: string): string | null {
  const [, digits = ""] = /^(?:sha256:)?([0-9a-f]{1,64})$/i.exec(text) ?? [];
  return digits.length < SHORTEST ? null : `sha256:${digits.toLowerCase()}`;
}

/**
 * An option's value as the beginning of a hash; null where the option was not given.
 * @throws UsageError for what is no beginning of a hash, or one that is too short
 */
export function hashIn(option: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const beginning = contentBeginning(text);
  if (beginning === null) throw new UsageError(hashTooShort(option, SHORTEST, text));
  return beginning;
}
