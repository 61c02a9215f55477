const SHOWN = 80;

/** A value as it is shown in a violation: its JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  // JSON has no word for it: it was read from a number such as 1e400.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return "a number beyond all doubles";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN - 1)}…` : json;
}
