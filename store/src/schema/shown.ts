import { canonicalJson } from "../json/canonical.ts";
import { holdsExactNumber } from "../json/exact-number.ts";

const SHOWN = 80;

/** A value as it is shown in a violation: its JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return shortened(holdsExactNumber(value) ? canonicalJson(value) : (JSON.stringify(value) ?? String(value)));
}

/** A JSON text as it is shown in a violation. */
export function shortened(json: string): string {
  return json.length > SHOWN ? `${json.slice(0, SHOWN - 1)}…` : json;
}
