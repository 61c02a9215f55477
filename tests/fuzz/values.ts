import { hostileText } from "./hostile-text.ts";
import type { Random } from "./random.ts";

/** Plain data: what JSON and TOML have in common. */
export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };

/** Any value, a few levels deep. */
export function hostileValue(random: Random, depth = 3): Data {
  switch (random.below(depth > 0 ? 9 : 6)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick([0, -0, 1, -1, 1.5, 1e21, -1e-7, 2 ** 53, 1.7976931348623157e308, 5e-324]);
    case 6:
      return random.some(4, () => hostileValue(random, depth - 1));
    case 7:
    case 8:
      return record(random.some(4, () => [hostileText(random), hostileValue(random, depth - 1)]));
    default:
      return hostileText(random);
  }
}

/** An object of these members; `__proto__` is a name like any other. */
export function record(members: readonly (readonly [string, Data])[]): { [key: string]: Data } {
  const made: { [key: string]: Data } = {};
  for (const [key, value] of members)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

/** The same data with something in it replaced, removed, added, doubled or put a level deeper. */
export function corrupted(data: Data, random: Random): Data {
  if (typeof data !== "object" || data === null || random.oneIn(6)) return replaced(data, random);
  if (Array.isArray(data)) {
    const at = random.below(data.length + 1);
    const item = data[at];
    if (item === undefined || random.oneIn(5)) return [...data.slice(0, at), hostileValue(random), ...data.slice(at)];
    if (random.oneIn(5)) return [...data.slice(0, at), item, ...data.slice(at)];
    if (random.oneIn(6)) return data.filter((_, index) => index !== at);
    return data.map((one, index) => (index === at ? corrupted(one, random) : one));
  }
  const members = Object.entries(data);
  if (members.length === 0 || random.oneIn(5)) return record([...members, [hostileText(random), hostileValue(random)]]);
  const [chosen] = random.pick(members);
  if (random.oneIn(6)) return record(members.filter(([key]) => key !== chosen));
  if (random.oneIn(8))
    return record(members.map(([key, value]) => [key === chosen ? hostileText(random) : key, value]));
  return record(members.map(([key, value]) => [key, key === chosen ? corrupted(value, random) : value]));
}

function replaced(data: Data, random: Random): Data {
  switch (random.below(5)) {
    case 0:
      return [data];
    case 1:
      return record([[hostileText(random), data]]);
    default:
      return hostileValue(random);
  }
}
