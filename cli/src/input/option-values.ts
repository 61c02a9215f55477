import { DURATION_FORM, parseDuration } from "@runa/engine";
import { optionNoDuration, optionNoNumber } from "../messages.ts";
import { UsageError } from "./usage-error.ts";

/**
 * An option's value as a whole number; null where the option was not given.
 * @throws UsageError for anything else
 */
export function wholeNumberIn(option: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(optionNoNumber(option, least, text));
  return value;
}

/**
 * An option's value as a duration in milliseconds; null where the option was not given.
 * @throws UsageError for anything else
 */
export function durationIn(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = parseDuration(text);
  if (value === null) throw new UsageError(optionNoDuration(option, DURATION_FORM, text));
  return value;
}
