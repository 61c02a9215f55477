import { isObject, type JsonObject, strings } from "../json.ts";
import { negated } from "./negation.ts";
import { outlook } from "./outlook.ts";
import { conflicting, domainOf, opened, openedIfPossible, type Parts, schemasForProperty } from "./parts.ts";
import { asSchema, Impossible, namedSchemas, type Schema, schemasIn } from "./schema.ts";
import type { Wish } from "./wish.ts";

interface Group {
  readonly branches: readonly Schema[];
  readonly exclusive: boolean;
}

interface Condition {
  readonly test: Schema;
  readonly whenTrue: Schema;
  readonly whenFalse: Schema;
}

/** More choices than this at one place are no schema that a person wrote. */
const MOST_CHOICES = 500;

/** How often the choices of one place are taken anew when they led nowhere. */
const MOST_TRIES = 12;

/**
 * The parts that one value must satisfy once every choice is taken: a branch of each `anyOf` and `oneOf`, a side of
 * each `if`, a way around each `not`. Choices come from the dice among those that leave something possible.
 * @throws Impossible when nothing satisfies them
 */
export function chosen(schemas: readonly Schema[], wish: Wish, onReference?: (to: string) => void): Parts {
  for (let tries = 1; ; tries++) {
    try {
      return chosenOnce(schemas, wish, onReference);
    } catch (error) {
      if (!(error instanceof Impossible) || tries === MOST_TRIES) throw error;
    }
  }
}

function chosenOnce(schemas: readonly Schema[], wish: Wish, onReference?: (to: string) => void): Parts {
  const parts: JsonObject[] = [];
  const groups: Group[] = [];
  const conditions: Condition[] = [];
  const negations: Schema[] = [];
  let dormant: Condition[] = [];

  const add = (more: readonly Schema[]) => {
    for (const part of opened(more, wish.find, onReference)) {
      if (parts.includes(part)) continue;
      parts.push(part);
      if (Array.isArray(part.anyOf)) groups.push({ branches: schemasIn(part.anyOf), exclusive: false });
      if (Array.isArray(part.oneOf)) groups.push({ branches: schemasIn(part.oneOf), exclusive: true });
      if (part.not !== undefined) negations.push(asSchema(part.not));
      conditions.push(...conditionsOf(part));
    }
  };
  const decide = (condition: Condition) => {
    add(pinned(condition.test, parts, wish));
    const holds = outlook(condition.test, parts, wish);
    if (holds === false) {
      dormant.push(condition);
      return add([condition.whenFalse]);
    }
    if (holds === true || wish.dice.below(2) === 0) return add([condition.test, condition.whenTrue]);
    return add([...negated(condition.test, parts, wish), condition.whenFalse]);
  };

  add(schemas);
  for (let choices = 0; choices < MOST_CHOICES; choices++) {
    const group = groups.shift();
    if (group !== undefined) {
      const branch = branchOf(group, parts, wish);
      if (group.exclusive) negations.push(...group.branches.filter((other) => other !== branch));
      add([branch]);
      continue;
    }
    const condition = conditions.shift();
    if (condition !== undefined) {
      decide(condition);
      continue;
    }
    const negation = negations.shift();
    if (negation !== undefined) {
      add(negated(negation, parts, wish));
      continue;
    }
    // A later choice may have made a condition true that was false when it was looked at.
    const woken = dormant.filter((sleeping) => outlook(sleeping.test, parts, wish) === true);
    if (woken.length === 0) return parts;
    dormant = dormant.filter((sleeping) => !woken.includes(sleeping));
    for (const one of woken) add([one.whenTrue]);
  }
  throw new Impossible(`over ${MOST_CHOICES} choices to take at one place`);
}

function conditionsOf(part: JsonObject): Condition[] {
  const conditions: Condition[] = [];
  if (part.if !== undefined) {
    const [whenTrue, whenFalse] = [asSchema(part.then ?? true), asSchema(part.else ?? true)];
    conditions.push({ test: asSchema(part.if), whenTrue, whenFalse });
  }
  for (const keyword of ["dependentRequired", "dependentSchemas", "dependencies"]) {
    for (const [key, asked] of Object.entries(namedSchemas(part[keyword]))) {
      const whenTrue = Array.isArray(asked) ? { required: strings(asked) } : asSchema(asked);
      conditions.push({ test: { required: [key] }, whenTrue, whenFalse: true });
    }
  }
  return conditions;
}

function branchOf(group: Group, parts: Parts, wish: Wish): Schema {
  const order = wish.dice.shuffled(group.branches);
  // Where much has been made already, a branch without a reference comes first: it ends a recursion.
  if (wish.depth > 6 || wish.budget.left <= 0) order.sort((a, b) => Number(refers(a)) - Number(refers(b)));
  const branch = order.find((candidate) => !conflicting([...parts, candidate], wish.find));
  if (branch === undefined) throw new Impossible("none of the alternatives is possible");
  return branch;
}

function refers(schema: Schema): boolean {
  return JSON.stringify(schema).includes('"$ref"');
}

/** Fixes the properties that a condition asks about to one of their listed values, so that it is known whether it holds. */
function pinned(test: Schema, parts: Parts, wish: Wish): Schema[] {
  return [...askedAbout(test, wish)].flatMap((key) => {
    const child = openedIfPossible(schemasForProperty(parts, key), wish.find);
    const [first, ...rest] = (child === undefined ? undefined : domainOf(child, wish.find)) ?? [];
    return rest.length === 0 ? [] : [{ properties: { [key]: { const: wish.dice.pick([first, ...rest]) } } }];
  });
}

function askedAbout(test: Schema, wish: Wish, depth = 0): Set<string> {
  const keys = new Set<string>();
  if (!isObject(test) || depth > 8) return keys;
  for (const key of Object.keys(namedSchemas(test.properties))) keys.add(key);
  const inner = [...schemasIn(test.allOf), ...schemasIn(test.anyOf), ...schemasIn(test.oneOf)];
  if (test.not !== undefined) inner.push(asSchema(test.not));
  if (typeof test.$ref === "string") inner.push(wish.find(test.$ref));
  for (const sub of inner) for (const key of askedAbout(sub, wish, depth + 1)) keys.add(key);
  return keys;
}
