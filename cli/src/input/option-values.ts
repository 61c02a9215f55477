import { DURATION_FORM, parseDuration } from "@runa/engine";
import { UsageError } from "./usage-error.ts";

/**
 * An option's value as a whole number; null where the option was not given.
 * @throws UsageError for anything else
 */
export function wholeNumberIn(option: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`${option} takes a whole number of at least ${least}, not '${text}'`);
  return value;
}

/**
 * An option's value as a duration in milliseconds; null where the option was not given.
 * @throws UsageError for anything else
 */
export function durationIn(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = parseDuration(text);
  if (value === null) throw new UsageError(`${option} takes ${DURATION_FORM}, not '${text}'`);
  return value;
}
