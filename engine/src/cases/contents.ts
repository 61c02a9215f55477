import { RunaError } from "../diagnostic.ts";
import { caseNothingMade } from "../messages.ts";
import type { ArtifactType } from "../methodology/methodology.ts";
import type { Content } from "./case.ts";

/** What is asked of whoever makes values up. */
export interface Wish {
  readonly schema: ArtifactType["schema"];
  /** Another one makes another value. */
  readonly seed: number;
  /** Whether it may be taken from the schema's examples. */
  readonly examples: boolean;
  /** The work unit that the value names, where its schema knows one. */
  readonly workUnit: string | null;
}

/** A value, or why there is none. */
export type MadeValue = { readonly value: unknown } | { readonly impossible: string };

/** Makes values that schemas allow; of some it can make none. */
export type MakeValue = (wish: Wish) => Promise<MadeValue>;

/** How often a value is made anew that its schema turns out to refuse. */
const TURNS = 6;

/** What the artifacts of one case hold; each that is made up is another. */
export class Contents {
  readonly #make: MakeValue;
  readonly #known = new Set<string>();
  #made = 0;

  constructor(make: MakeValue) {
    this.#make = make;
  }

  /**
   * The bytes of an artifact's file.
   * @throws RunaError where nothing can be made
   */
  async bytesOf(type: ArtifactType, content: Content, workUnit: string | null): Promise<Buffer> {
    switch (content.kind) {
      case "file":
        return content.bytes;
      case "value":
        return textOf(content.value);
      case "made":
        return textOf(await this.made(type, workUnit));
    }
  }

  /**
   * A value that a type's schema allows, and that was not made before as long as there is another.
   * @throws RunaError where none can be made
   */
  async made(type: ArtifactType, workUnit: string | null): Promise<unknown> {
    const judge = await type.validator();
    let why = "";
    let again: unknown;
    for (let turn = 0; turn < TURNS; turn++) {
      this.#made += 1;
      // Examples are what a reader knows, but they are few and may be wrong.
      const wish = { schema: type.schema, seed: this.#made, examples: turn === 0, workUnit };
      const made = await this.#make(wish);
      if ("impossible" in made) {
        why ||= made.impossible;
        continue;
      }
      const [violation] = await judge(made.value);
      if (violation !== undefined) {
        why = violation.message;
        continue;
      }
      const key = `${type.name} ${JSON.stringify(made.value)}`;
      if (!this.#known.has(key)) {
        this.#known.add(key);
        return made.value;
      }
      again = made.value;
    }
    if (again !== undefined) return again;
    throw new RunaError(caseNothingMade(type.name, why));
  }
}

function textOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
