/** One event of the log, as far as tests look at it. */
export interface EventJson {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly attempt?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The documents of `log --json` or `--events`, one a line. */
export function eventsIn<T = EventJson>(lines: string): T[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
