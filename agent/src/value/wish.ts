import type { Dice } from "./dice.ts";
import type { References } from "./references.ts";

/** What kind of value is wanted, and where in the whole it stands. */
export interface Wish {
  readonly dice: Dice;
  readonly find: References;
  /** Properties that may be left out are filled in, and lists that may be empty are not. */
  readonly optionals: boolean;
  /** Values are taken from `examples` and `default` where they fit. */
  readonly examples: boolean;
  /** The name of the property that the value is for. */
  readonly name: string;
  /** Whether the value is an item of a list itself, not a property of something. */
  readonly item: boolean;
  readonly depth: number;
  /** The references that led here: one that leads here again is a recursion. */
  readonly trail: ReadonlySet<string>;
  /** How many more values may be made before optional ones are left out. */
  readonly budget: { left: number };
  /** Whether some text of the artifact has been varied, so that it is not just the example. */
  readonly apart: { told: boolean };
}
