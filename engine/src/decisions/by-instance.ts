/** What is known of instances, by type and id. */
export class ByInstance<V> {
  readonly #types = new Map<string, Map<string, V>>();

  get(type: string, id: string): V | undefined {
    return this.#types.get(type)?.get(id);
  }

  set(type: string, id: string, value: V): V {
    let known = this.#types.get(type);
    if (known === undefined) {
      known = new Map();
      this.#types.set(type, known);
    }
    known.set(id, value);
    return value;
  }
}

/** Adds to the list of an instance. */
export function addTo<V>(lists: ByInstance<V[]>, { type, id }: { type: string; id: string }, value: V): void {
  const list = lists.get(type, id);
  if (list === undefined) lists.set(type, id, [value]);
  else list.push(value);
}
