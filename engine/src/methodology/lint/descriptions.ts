import type { JsonSchema } from "@runa/store";
import { isSchemaObject } from "@runa/store/schema";
import { type ArtifactType, type Methodology, outputTypesOf } from "../methodology.ts";
import { conjunctsOf, innerParts, lastStep, type SchemaPart } from "../schema-parts.ts";
import type { SchemaFinding } from "./finding.ts";
import { namesWord } from "./words.ts";

// Longer lists of names nobody reads to their end.
const MOST_NAMES = 6;

/** The outputs of which some properties say nothing about what belongs there, in the schema or in the instructions. */
export function undescribedProperties({ types, protocols }: Methodology): SchemaFinding[] {
  return [...types.values()].flatMap((type): SchemaFinding[] => {
    const writers = protocols.filter((protocol) => outputTypesOf(protocol).includes(type.name));
    if (writers.length === 0) return [];
    const lacking = undescribedIn(type).filter(
      ({ name }) => !writers.some(({ instructions }) => namesWord(instructions, name)),
    );
    const [first] = lacking;
    if (first === undefined) return [];
    const names = lacking.map(({ path }) => `'${path}'`);
    const shown =
      names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES - 1), `${names.length - MOST_NAMES + 1} more`] : names;
    return [
      {
        rule: "undescribed-properties",
        type: type.name,
        pointer: first.pointer,
        at: "key",
        message: `neither the schema of '${type.name}' nor the instructions say what belongs in ${shown.join(", ")}`,
      },
    ];
  });
}

/** A property that an agent may have to fill in. */
interface Property {
  readonly name: string;
  /** The names that lead to it, from the artifact down. */
  readonly path: string;
  readonly pointer: string;
}

function undescribedIn({ schema: root }: ArtifactType): Property[] {
  const lacking: Property[] = [];
  const seen = new Set<JsonSchema>();
  const look = (part: SchemaPart, path: string, covered: boolean) => {
    const parts = conjunctsOf(root, part).filter(({ schema }) => isSchemaObject(schema) && !seen.has(schema));
    for (const { schema } of parts) seen.add(schema);
    const inner = parts.flatMap(innerParts);
    const properties = inner
      .filter(({ keyword }) => keyword === "properties")
      .map((property) => ({ property, name: lastStep(property.pointer) }));
    // runa fills in the work unit, nobody what never fits; and what an object of one property holds, its own name says.
    const own = properties.filter(({ property, name }) => name !== "work_unit" && property.schema !== false);
    if (own.length > 1 && !covered)
      for (const { property, name } of own)
        if (!isDescribed(root, property)) lacking.push({ name, path: path + name, pointer: property.pointer });
    // What is said of a property tells of everything in it.
    for (const { property, name } of properties)
      look(property, `${path}${name}.`, covered || tells(conjunctsOf(root, property)));
    for (const one of inner)
      if (one.keyword === "items" || one.keyword === "prefixItems")
        look(one, path, covered || tells(conjunctsOf(root, one)));
  };
  look({ schema: root, pointer: "" }, "", false);
  return lacking;
}

/** Keywords that tell a model what belongs somewhere. */
const TELLING = ["description", "title", "enum", "const", "examples", "default", "format", "pattern"];

function isDescribed(root: JsonSchema, part: SchemaPart, within: ReadonlySet<JsonSchema> = new Set()): boolean {
  // A list may hold itself.
  if (within.has(part.schema)) return false;
  const inside = new Set([...within, part.schema]);
  const parts = conjunctsOf(root, part);
  if (tells(parts)) return true;
  return parts.some(
    ({ schema, pointer }) =>
      isSchemaObject(schema) &&
      // An object of named properties is described by them, where they are.
      (isSchemaObject(schema.properties) ||
        (isSchemaObject(schema.items) &&
          isDescribed(root, { schema: schema.items, pointer: `${pointer}/items` }, inside))),
  );
}

function tells(parts: readonly SchemaPart[]): boolean {
  return parts.some(
    ({ schema }) => isSchemaObject(schema) && TELLING.some((keyword) => Object.hasOwn(schema, keyword)),
  );
}
