import { nearest, visible } from "@runa/engine";

/** A name that something was chosen by, with those that there are. */
export interface ChosenBy {
  /** What it names: `protocol`. */
  readonly what: string;
  readonly name: string | undefined;
  readonly known: () => readonly string[];
}

/** What people are told where nothing was chosen; a name that there is not may be misspelt. */
export function nothingText(things: string, choices: readonly ChosenBy[]): string {
  const made = choices.flatMap(({ what, name, known }) => (name === undefined ? [] : [{ what, name, known: known() }]));
  const meant = made.flatMap(({ what, name, known }) => {
    const near = known.includes(name) ? null : nearest(name, known);
    return near === null ? [] : [{ what, near: `'${visible(near)}'` }];
  });
  const by = made.map(({ what, name }) => `${what} '${visible(name)}'`).join(", ");
  const hint = meant.length === 1 ? meant[0]?.near : meant.map(({ what, near }) => `${what} ${near}`).join(" and ");
  return `no ${things}${by === "" ? "" : ` of ${by}`}${hint ? ` — did you mean ${hint}?` : ""}`;
}
