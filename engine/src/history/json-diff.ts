import { canonicalJson, ExactNumber, escapedStep } from "@runa/store/json";
import { diffArrays } from "diff";
import { type DiffLine, lineDiff } from "./line-diff.ts";

/** How a JSON value differs from an earlier one in one place, which a pointer names: into the later one, or of what was removed into the earlier. */
export type JsonChange =
  | { readonly path: string; readonly change: "added"; readonly to: unknown }
  | { readonly path: string; readonly change: "removed"; readonly from: unknown }
  | { readonly path: string; readonly change: "moved"; readonly from_path: string }
  | {
      readonly path: string;
      readonly change: "changed";
      /** Where it was before, where that was elsewhere in its list. */
      readonly from_path?: string;
      readonly from: unknown;
      readonly to: unknown;
      /** Of longer texts: line by line, or sentence by sentence where they have no lines. */
      readonly lines?: readonly DiffLine[];
    };

/** What two JSON values differ in, in the order of the later one; nothing where they have the same canonical form. */
export function jsonDiff(from: unknown, to: unknown): JsonChange[] {
  return changesAt({ from: "", to: "" }, from, to);
}

/** Where a value is in the earlier and in the later whole. */
interface Places {
  readonly from: string;
  readonly to: string;
}

function changesAt(places: Places, from: unknown, to: unknown): JsonChange[] {
  if (canonicalJson(from) === canonicalJson(to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return listChanges(places, from, to);
  if (isObject(from) && isObject(to)) return memberChanges(places, from, to);
  const { to: path, from: from_path } = places;
  return [
    {
      path,
      change: "changed",
      ...(from_path !== path && { from_path }),
      from: plain(from),
      to: plain(to),
      ...(typeof from === "string" && typeof to === "string" && isProse(from, to) && { lines: lineDiff(from, to) }),
    },
  ];
}

/** So many characters of a text are taken in at one look. */
const SHORT = 80;

/** Whether texts are better compared line by line than shown one after the other. */
function isProse(...texts: readonly string[]): boolean {
  return texts.some((text) => text.includes("\n") || text.length > SHORT);
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function memberChanges(places: Places, from: Members, to: Members): JsonChange[] {
  const keys = new Set([...Object.keys(to), ...Object.keys(from)]);
  return [...keys].flatMap((key): JsonChange[] => {
    const inner = inside(places, key, key);
    if (!Object.hasOwn(from, key)) return [{ path: inner.to, change: "added", to: plain(to[key]) }];
    if (!Object.hasOwn(to, key)) return [{ path: inner.from, change: "removed", from: plain(from[key]) }];
    return changesAt(inner, from[key], to[key]);
  });
}

function inside({ from, to }: Places, fromStep: string | number, toStep: string | number): Places {
  return { from: `${from}/${escapedStep(String(fromStep))}`, to: `${to}/${escapedStep(String(toStep))}` };
}

/** An element of a list that is not where it was. */
interface Element {
  readonly index: number;
  readonly value: unknown;
  readonly canonical: string;
  /** What its list's elements are told apart by; null where nothing tells. */
  readonly name: string | null;
  /** Which run of differences it is in. */
  readonly run: number;
}

function listChanges(places: Places, from: readonly unknown[], to: readonly unknown[]): JsonChange[] {
  const { removed, added } = differing(from, to);
  const partners = partnersOf(removed, added);
  const gone = removed.filter((one) => !partners.has(one));
  const origins = new Map(Array.from(partners, ([before, now]) => [now, before]));
  return [
    ...gone.map(
      ({ index, value }): JsonChange => ({
        path: inside(places, index, index).from,
        change: "removed",
        from: plain(value),
      }),
    ),
    ...added.flatMap((now): JsonChange[] => {
      const before = origins.get(now);
      const inner = inside(places, before?.index ?? 0, now.index);
      if (before === undefined) return [{ path: inner.to, change: "added", to: plain(now.value) }];
      if (before.canonical === now.canonical) return [{ path: inner.to, change: "moved", from_path: inner.from }];
      return changesAt(inner, before.value, now.value);
    }),
  ];
}

/** By each removed element the added one that it became: first the same elsewhere, then what has its name, then what stands in its place. */
function partnersOf(removed: readonly Element[], added: readonly Element[]): Map<Element, Element> {
  const partners = new Map<Element, Element>();
  const taken = new Set<Element>();
  const pair = (keyOf: (one: Element) => string | null): void => {
    // The last ones first, so that the first are taken off the end.
    const free = new Map<string, Element[]>();
    for (const one of removed.toReversed()) {
      const key = partners.has(one) ? null : keyOf(one);
      if (key !== null)
        free
          .set(key, free.get(key) ?? [])
          .get(key)
          ?.push(one);
    }
    for (const one of added) {
      const key = taken.has(one) ? null : keyOf(one);
      const before = key === null ? undefined : free.get(key)?.pop();
      if (before === undefined) continue;
      partners.set(before, one);
      taken.add(one);
    }
  };
  pair(({ canonical }) => canonical);
  pair(({ name }) => name);
  // What has a name of its own did not become what has another.
  pair(({ name, run, value }) => (name === null ? `${run} ${kindOf(value)}` : null));
  return partners;
}

/** Beyond so many differences two lists have little to do with each other. */
const MOST_CHANGES = 1000;

/** The elements of two lists that the longest common part leaves out. */
function differing(from: readonly unknown[], to: readonly unknown[]): { removed: Element[]; added: Element[] } {
  const [before, now] = [from.map(canonicalJson), to.map(canonicalJson)];
  const parts = diffArrays(before, now, { maxEditLength: MOST_CHANGES }) ?? [
    { value: before, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  const removed: Element[] = [];
  const added: Element[] = [];
  let [run, old, fresh] = [0, 0, 0];
  for (const part of parts) {
    if (!part.removed && !part.added) run++;
    for (const canonical of part.value) {
      if (part.removed) removed.push({ index: old, value: from[old], name: nameOf(from[old]), canonical, run });
      if (part.added) added.push({ index: fresh, value: to[fresh], name: nameOf(to[fresh]), canonical, run });
      if (!part.added) old++;
      if (!part.removed) fresh++;
    }
  }
  return { removed, added };
}

/** Members by which authors tell the elements of a list apart. */
const NAMES = ["id", "key", "name"];

/** What an element of a list is called; null where nothing tells. */
function nameOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  const key = NAMES.find((name) => Object.hasOwn(value, name));
  return key === undefined ? null : `${key}=${canonicalJson(value[key])}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return isObject(value) ? "object" : "scalar";
}

/** A value for a document: a number that a double does not hold is written as the text of its digits. */
function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
