import type { WallTime } from "@runa/store";
import type { PublicKey } from "../signature/public-key.ts";

/** What a person may do in the console and over HTTP. */
export const RIGHTS = ["read", "deliver", "decide", "run"] as const;
export type Right = (typeof RIGHTS)[number];

/** A key of a person, and when it is theirs. */
export interface PersonKey {
  readonly key: PublicKey;
  /** From this time on; null: always was. */
  readonly validAfter: WallTime | null;
  /** Up to, and not at, this time; null: for good. */
  readonly validBefore: WallTime | null;
}

/** Somebody who may decide (decisions 4). */
export interface Person {
  readonly name: string;
  /** The values of git's `user.name` that are theirs, for decisions that are not signed. */
  readonly git: readonly string[];
  readonly keys: readonly PersonKey[];
  readonly roles: readonly string[];
  readonly may: readonly Right[];
  readonly tokenSha256: string | null;
}

/** People by their names. */
export type People = ReadonlyMap<string, Person>;
