import { rfc3339, type WallTime } from "@runa/store";
import { type Content, contentNamed } from "@runa/store/contents";
import { canonicalJson, sha256 } from "@runa/store/json";
import type { OwnApprovals } from "./people-reader.ts";
import type { People, Person, PersonKey } from "./person.ts";

/** Who may decide, and what a decision needs: one value for a whole command (decisions 4). */
export interface Policy {
  /** Whether only what is signed counts. */
  readonly required: boolean;
  /** Null where the project names no file of people: then anybody may, under the name that git has. */
  readonly people: People | null;
  /** What is in force, in canonical JSON. */
  readonly document: string;
  /** `sha256:…` of that. */
  readonly hash: string;
}

/**
 * What is in force: what the project says, narrowed by what the user's own file says. Signatures are required if either
 * says so; people count who are in both, with what both give them.
 */
export function policyInForce(
  project: { readonly required: boolean; readonly people: People | null },
  own: OwnApprovals | null,
): Policy {
  const required = project.required || (own?.required ?? false);
  const people = own?.people == null ? project.people : inBoth(project.people ?? new Map(), own.people);
  const document = canonicalJson({ required, people: people && documentOf(people) });
  return { required, people, document, hash: sha256(document) };
}

function inBoth(project: People, own: People): People {
  return new Map(
    [...project].flatMap(([name, person]): [string, Person][] => {
      const other = own.get(name);
      return other === undefined ? [] : [[name, narrowed(person, other)]];
    }),
  );
}

function narrowed(person: Person, { git, keys, roles }: Person): Person {
  return {
    ...person,
    git: person.git.filter((name) => git.includes(name)),
    roles: person.roles.filter((role) => roles.includes(role)),
    keys: person.keys.flatMap((one) => {
      const other = keys.find(({ key }) => key.text === one.key.text);
      return other === undefined ? [] : commonWindow(one, other);
    }),
  };
}

function commonWindow(one: PersonKey, other: PersonKey): PersonKey[] {
  const times = (a: WallTime | null, b: WallTime | null) => [a, b].filter((time) => time !== null);
  const after = times(one.validAfter, other.validAfter);
  const before = times(one.validBefore, other.validBefore);
  const validAfter = after.length === 0 ? null : (Math.max(...after) as WallTime);
  const validBefore = before.length === 0 ? null : (Math.min(...before) as WallTime);
  const isEmpty = validAfter !== null && validBefore !== null && validBefore <= validAfter;
  return isEmpty ? [] : [{ key: one.key, validAfter, validBefore }];
}

/** People as they are hashed: in one order, without the tokens, by which nobody decides. */
function documentOf(people: People): object {
  return Object.fromEntries(
    [...people].map(([name, { git, keys, roles, may }]) => {
      const own = keys.map(({ key, validAfter, validBefore }) => ({
        key: key.text,
        ...(validAfter !== null && { valid_after: rfc3339(validAfter) }),
        ...(validBefore !== null && { valid_before: rfc3339(validBefore) }),
      }));
      own.sort((a, b) => (a.key < b.key ? -1 : 1));
      return [name, { git: git.toSorted(), keys: own, roles: roles.toSorted(), may: may.toSorted() }];
    }),
  );
}

/** What is in force as a content, to be kept with what rests on it. */
export function policyContent({ hash, document }: Policy): Content {
  return contentNamed(hash, () => document);
}

/** Whose a key is at a moment. */
export type Holder =
  | { readonly kind: "holds"; readonly person: Person }
  | { readonly kind: "too_early" | "too_late"; readonly person: Person; readonly boundary: WallTime }
  | { readonly kind: "nobody" };

/** Whose a key is at a moment, which is that of an event and not the one that a file claims. */
export function holderOf({ people }: Policy, keyText: string, at: WallTime): Holder {
  for (const person of people?.values() ?? []) {
    const own = person.keys.find(({ key }) => key.text === keyText);
    if (own === undefined) continue;
    const { validAfter, validBefore } = own;
    if (validAfter !== null && at < validAfter) return { kind: "too_early", person, boundary: validAfter };
    if (validBefore !== null && at >= validBefore) return { kind: "too_late", person, boundary: validBefore };
    return { kind: "holds", person };
  }
  return { kind: "nobody" };
}

/** Who goes by a value of git's `user.name`; null where nobody does. */
export function personOfGit({ people }: Policy, gitName: string): Person | null {
  return [...(people?.values() ?? [])].find(({ git }) => git.includes(gitName)) ?? null;
}
