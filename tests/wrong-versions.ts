/** Every object in a value, with its path. */
function* objectsIn(value: unknown, path = ""): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, item] of Object.entries(value)) yield* objectsIn(item, `${path}/${key}`);
}

/** A JSON document with one thing changed, each with what was changed: something added, of another type, or taken away. */
export function* wrongVersionsOf(text: string): Generator<[string, string]> {
  const answer: unknown = JSON.parse(text);
  for (const [path, object] of objectsIn(answer)) {
    object.surplus = 1;
    yield [`${path}/surplus added`, JSON.stringify(answer)];
    delete object.surplus;
    for (const [key, value] of Object.entries(object)) {
      object[key] = Array.isArray(value) ? "text" : [value];
      yield [`${path}/${key} of another type`, JSON.stringify(answer)];
      delete object[key];
      yield [`${path}/${key} taken away`, JSON.stringify(answer)];
      object[key] = value;
    }
  }
}
