const SHOWN = 80;

/** A value as it is shown in a violation: its JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? String(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN - 1)}…` : json;
}
