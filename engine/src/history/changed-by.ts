import type { Store } from "@runa/store";
import type { LoggedChange } from "@runa/store/deliveries";
import { changedBy } from "../reasons/changes.ts";
import type { ChangedBy } from "../reasons/reason.ts";

/** Who made changes that the log tells of; what is known of an attempt is looked up once, however many it made. */
export class Changers {
  readonly #store: Store;
  readonly #attempts = new Map<string, ChangedBy>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Without when: that stands beside it. */
  of(change: LoggedChange): ChangedBy {
    const { attempt } = change;
    if (attempt === null) return { by: "hand" };
    const known = this.#attempts.get(attempt);
    if (known !== undefined) return known;
    const { at: _at, ...found } = changedBy(this.#store, change);
    this.#attempts.set(attempt, found);
    return found;
  }
}
