import { CacheSlot, type Connection } from "../connection/connection.ts";

/** What one connection has written to the table of artifacts, also what it took back. */
export class IndexWrites {
  #count = 0;
  /** How many writes there had been after the last one to each type. */
  readonly #last = new Map<string, number>();

  get count(): number {
    return this.#count;
  }

  note(type: string): void {
    this.#last.set(type, ++this.#count);
  }

  /** The types that were written to after the first `count` writes. */
  typesSince(count: number): string[] {
    if (count === this.#count) return [];
    return [...this.#last].filter(([, last]) => last > count).map(([type]) => type);
  }
}

const WRITES = new CacheSlot<IndexWrites>();

/** The writes over this connection. */
export function indexWrites(connection: Connection): IndexWrites {
  const found = connection.remembered(WRITES) ?? new IndexWrites();
  connection.remember(WRITES, found);
  return found;
}
