import { setRepeated, setWithoutValue } from "../messages.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What `--set key=value` says, by key.
 * @throws UsageError for a text without a key or a value, and for a key that is set twice
 */
export function setOptions(texts: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(setWithoutValue(text));
    const key = text.slice(0, equals);
    if (found.has(key)) throw new UsageError(setRepeated(key));
    found.set(key, text.slice(equals + 1));
  }
  return found;
}
