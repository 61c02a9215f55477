import { generateSync } from "json-schema-faker";
import { isObject } from "../json.ts";
import { diceOf } from "./dice.ts";
import { narrowed } from "./narrow.ts";
import { referencesIn } from "./references.ts";
import type { Schema } from "./schema.ts";

/** How many values one artifact gets before only what must be is added. */
const MOST_VALUES = 2_000;

/** How a value is to be made. */
export interface Making {
  /** Chooses everything that the schemas leave open; the same seed chooses the same. */
  readonly seed: number;
  /** Fills in what may be left out. */
  readonly optionals: boolean;
  /** Takes values from `examples` and `default`. */
  readonly examples: boolean;
}

/**
 * A value that satisfies some schemas at once, the first of which is the document that references point into.
 * @throws Impossible when nothing can be made that they allow
 */
export function valueFor(schemas: readonly [Schema, ...Schema[]], { seed, optionals, examples }: Making): unknown {
  const [document] = schemas;
  const schema = narrowed(schemas, {
    dice: diceOf(seed),
    find: referencesIn(isObject(document) ? document : {}),
    optionals,
    examples,
    name: "",
    item: false,
    depth: 0,
    trail: new Set(),
    budget: { left: MOST_VALUES },
    apart: { told: false },
  });
  return generateSync(schema, { seed, maxDepth: 1_000, alwaysFakeOptionals: true });
}
