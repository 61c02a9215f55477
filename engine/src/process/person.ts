import { userInfo } from "node:os";
import type { Actor } from "@runa/store/log";

/** Whoever runs this, as the system knows them; undefined where it does not. */
export function thisPerson(): Actor | undefined {
  try {
    return { kind: "person", name: userInfo().username };
  } catch {
    return undefined;
  }
}
