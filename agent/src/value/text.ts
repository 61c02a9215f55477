import type { Dice } from "./dice.ts";

const QUALITIES = [
  "amber",
  "brisk",
  "calm",
  "clear",
  "early",
  "even",
  "gentle",
  "keen",
  "late",
  "level",
  "plain",
  "quiet",
  "rapid",
  "silver",
  "steady",
  "wide",
] as const;
const THINGS = [
  "anchor",
  "bridge",
  "canyon",
  "compass",
  "delta",
  "ferry",
  "garden",
  "harbour",
  "lantern",
  "meadow",
  "orchard",
  "quarry",
  "signal",
  "summit",
  "valley",
  "window",
] as const;

/** The last part of a property's name where that says that an identifier is wanted. */
const IDENTIFIER = /(?:^|[^a-z])(?:id|ids|key|name|slug|ref|tag|label|branch)$/i;

/** Whether a property's name says that it holds an identifier. */
export function namesIdentifier(name: string): boolean {
  return IDENTIFIER.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2"));
}

/** Two words and a number, as people name branches and tickets: `steady-harbour-42`. */
export function slug(dice: Dice): string {
  return `${dice.pick(QUALITIES)}-${dice.pick(THINGS)}-${10 + dice.below(90)}`;
}

/**
 * Text for a property, which says what it stands for: `Rehearsed summary: steady harbour 42`, or a slug where the
 * property's name asks for an identifier.
 * @param name the property's name; empty where there is none
 * @param least and `most`: how many characters, both included
 */
export function textFor(name: string, least: number, most: number, dice: Dice): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase();
  const core = slug(dice);
  const sentence = `Rehearsed ${words === "" ? "text" : words}: ${core.replaceAll("-", " ")}`;
  let text = namesIdentifier(name) || sentence.length > most ? core : sentence;
  while (text.length < least) text += `, ${slug(dice).replaceAll("-", " ")}`;
  return text.length > most ? text.slice(0, most).replace(/[\s,-]$/, "x") : text;
}

/**
 * Readable texts of usual shapes, one of which is likely to match a pattern. All are short, so that a pattern that
 * backtracks badly is still tried in no time.
 */
export function shapesOf(name: string, dice: Dice): string[] {
  const quality = dice.pick(QUALITIES);
  const thing = dice.pick(THINGS);
  const number = 10 + dice.below(90);
  const title = `${quality.charAt(0).toUpperCase()}${quality.slice(1)} ${thing}`;
  return [
    namesIdentifier(name) ? `${quality}-${thing}` : title,
    `${quality}-${thing}`,
    `${quality}-${thing}-${number}`,
    `${quality}_${thing}`,
    thing,
    title,
    thing.toUpperCase(),
    `${quality}${thing.charAt(0).toUpperCase()}${thing.slice(1)}`,
    `${quality}/${thing}.md`,
    `${number}`,
    `1.${dice.below(10)}.${dice.below(10)}`,
    `v1.${dice.below(10)}.${dice.below(10)}`,
    `${thing.toUpperCase().slice(0, 3)}-${number}`,
    `${quality}@example.org`,
  ];
}
