import type { JsonSchema } from "@runa/store";
import { escapedStep } from "@runa/store/json";
import { isSchemaObject, type SchemaObject } from "@runa/store/schema";
import type { ArtifactType, Methodology } from "../methodology.ts";
import { branchesOf, conjunctsOf, everyPart, innerParts, type SchemaPart } from "../schema-parts.ts";
import type { SchemaFinding } from "./finding.ts";

/** What no value can meet: keywords that contradict each other, required properties that are forbidden. */
export function contradictions({ types }: Methodology): SchemaFinding[] {
  return [...types.values()].flatMap((type) => {
    const found = [...forbiddenProperties(type), ...contradictoryParts(type)];
    if (found.length > 0) return found;
    const reason = impossible(type.schema, { schema: type.schema, pointer: "" }, new Map());
    return reason === null
      ? []
      : [
          {
            rule: "impossible-schema",
            type: type.name,
            pointer: reason.pointer,
            at: "value",
            message: `no value fits the schema of '${type.name}': ${reason.why}`,
          },
        ];
  });
}

/** Something that a part demands in vain. */
interface Contradiction {
  readonly pointer: string;
  readonly why: string;
}

function contradictoryParts({ name, schema: root }: ArtifactType): SchemaFinding[] {
  return everyPart(root).flatMap((part) =>
    contradictionsIn(part.schema).map(({ keyword, why }) => ({
      rule: "impossible-schema",
      type: name,
      pointer: `${part.pointer}/${keyword}`,
      at: "key",
      message: why,
    })),
  );
}

const RANGES = [
  ["minimum", "maximum", "number"],
  ["minLength", "maxLength", "string"],
  ["minItems", "maxItems", "array"],
  ["minProperties", "maxProperties", "object"],
  ["minContains", "maxContains", "array"],
] as const;

/** Keywords of one schema that contradict each other, whatever else holds. */
function contradictionsIn(schema: SchemaObject): { readonly keyword: string; readonly why: string }[] {
  const found: { keyword: string; why: string }[] = [];
  for (const [least, most, what] of RANGES) {
    const [low, high] = [schema[least], schema[most]];
    if (isNumber(low) && isNumber(high) && low > high)
      found.push({ keyword: least, why: `no ${what} fits: ${least} is ${low} and ${most} is ${high}` });
  }
  const [low, high] = [bound(schema, "minimum", "exclusiveMinimum"), bound(schema, "maximum", "exclusiveMaximum")];
  if (low !== null && high !== null && (low.exclusive || high.exclusive) && low.value >= high.value)
    found.push({
      keyword: low.keyword,
      why: `no number fits: ${low.keyword} is ${low.value} and ${high.keyword} is ${high.value}`,
    });
  const types = typesIn(schema);
  for (const [keyword, values] of [
    ["enum", schema.enum],
    ["const", Object.hasOwn(schema, "const") ? [schema.const] : undefined],
  ] as const)
    if (
      types !== null &&
      Array.isArray(values) &&
      values.length > 0 &&
      !values.some((value) => isOfTypes(value, types))
    )
      found.push({
        keyword,
        why: `nothing fits: ${values.length > 1 ? `no value of '${keyword}' is` : `the value of '${keyword}' is not`} of the type ${types.join(" or ")}`,
      });
  const { required, maxProperties } = schema;
  if (Array.isArray(required) && isNumber(maxProperties) && new Set(required).size > maxProperties)
    found.push({
      keyword: "maxProperties",
      why: `no object fits: ${new Set(required).size} properties are required and maxProperties is ${maxProperties}`,
    });
  return found;
}

/** The narrower of a bound and its exclusive form, as a number in both. */
function bound(schema: SchemaObject, inclusive: string, exclusive: string) {
  const [open, closed] = [schema[exclusive], schema[inclusive]];
  if (isNumber(open)) return { keyword: exclusive, value: open, exclusive: true };
  return isNumber(closed) ? { keyword: inclusive, value: closed, exclusive: open === true } : null;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function typesIn({ type }: SchemaObject): readonly string[] | null {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((one) => typeof one === "string") : null;
}

function isOfTypes(value: unknown, types: readonly string[]): boolean {
  if (value === null) return types.includes("null");
  if (Array.isArray(value)) return types.includes("array");
  // One that a double does not hold, as it was written, is kept as an object of its own.
  if (typeof value === "number" || isExact(value)) return types.includes("number") || types.includes("integer");
  return types.includes(typeof value);
}

function isExact(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== Object.prototype;
}

/** Names in `required` that an `additionalProperties: false` beside or around them forbids. */
function forbiddenProperties({ name: type, schema: root }: ArtifactType): SchemaFinding[] {
  const found = new Map<string, SchemaFinding>();
  const seen = new Set<JsonSchema>();
  const look = (part: SchemaPart, around: readonly SchemaObject[]) => {
    const parts = conjunctsOf(root, part);
    const closing = [...around, ...parts.map(({ schema }) => schema).filter(isClosed)];
    for (const { schema, pointer } of parts) {
      if (!isSchemaObject(schema)) continue;
      const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
      for (const [index, name] of required.entries()) {
        if (typeof name !== "string" || closing.every((closed) => allows(closed, name))) continue;
        const at = `${pointer}/required/${index}`;
        found.set(at, {
          rule: "forbidden-property",
          type,
          pointer: at,
          at: "value",
          message: `'${name}' is required, and 'additionalProperties: false' forbids it: 'properties' does not name it`,
        });
      }
      if (seen.has(schema)) continue;
      seen.add(schema);
      for (const branch of branchesOf({ schema, pointer })) look(branch, closing);
    }
  };
  for (const part of everyPart(root)) if (!seen.has(part.schema)) look(part, []);
  return [...found.values()];
}

function isClosed(schema: JsonSchema): schema is SchemaObject {
  return isSchemaObject(schema) && schema.additionalProperties === false;
}

function allows({ properties, patternProperties }: SchemaObject, name: string): boolean {
  if (isSchemaObject(properties) && Object.hasOwn(properties, name)) return true;
  return isSchemaObject(patternProperties) && Object.keys(patternProperties).some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    // A pattern that only another engine understands may match anything.
    return true;
  }
}

/** What was found of each schema; of one that is still being looked at, that something may fit. */
type Judged = Map<JsonSchema, Contradiction | null>;

/** Why nothing fits a part, where that shows in what it says outright; null where something may fit. */
function impossible(root: JsonSchema, part: SchemaPart, judged: Judged): Contradiction | null {
  if (!isSchemaObject(part.schema)) return contradictionOf(root, part, judged);
  const known = judged.get(part.schema);
  if (known !== undefined) return known;
  judged.set(part.schema, null);
  const found = contradictionOf(root, part, judged);
  judged.set(part.schema, found);
  return found;
}

function contradictionOf(root: JsonSchema, part: SchemaPart, judged: Judged): Contradiction | null {
  const parts = conjunctsOf(root, part);
  for (const { schema, pointer } of parts) {
    if (schema === false) return { pointer, why: "'false' fits nothing" };
    if (isSchemaObject(schema) && (schema.not === true || isEmptyObject(schema.not)))
      return { pointer: `${pointer}/not`, why: "'not' excludes everything" };
  }
  const objects = parts.filter((one): one is SchemaPart<SchemaObject> => isSchemaObject(one.schema));
  let types: readonly string[] | null = null;
  for (const { schema, pointer } of objects) {
    const own = typesIn(schema);
    if (own === null) continue;
    const both: readonly string[] = types === null ? own : commonTypes(types, own);
    if (both.length === 0)
      return { pointer: `${pointer}/type`, why: `it has to be ${types?.join(" or ")} and ${own.join(" or ")} at once` };
    types = both;
  }
  for (const one of objects) {
    for (const keyword of ["anyOf", "oneOf"]) {
      const branches = branchesOf(one).filter((branch) => branch.keyword === keyword);
      if (branches.length > 0 && branches.every((branch) => impossible(root, branch, judged) !== null))
        return { pointer: `${one.pointer}/${keyword}`, why: `nothing fits any branch of '${keyword}'` };
    }
  }
  if (types?.length !== 1 || types[0] !== "object") return null;
  const required = new Set(objects.flatMap(({ schema }) => (Array.isArray(schema.required) ? schema.required : [])));
  for (const one of objects)
    for (const inner of innerParts(one)) {
      const name = inner.keyword === "properties" ? [...required].find((known) => endsWith(inner, known)) : undefined;
      const reason = name === undefined ? null : impossible(root, inner, judged);
      if (reason !== null)
        return { pointer: reason.pointer, why: `the required property '${name}' fits nothing: ${reason.why}` };
    }
  return null;
}

function endsWith({ pointer }: SchemaPart, name: unknown): boolean {
  return typeof name === "string" && pointer.endsWith(`/properties/${escapedStep(name)}`);
}

function isEmptyObject(value: unknown): boolean {
  return isSchemaObject(value) && Object.keys(value).length === 0;
}

/** The types in both lists; an integer is a number too. */
function commonTypes(one: readonly string[], other: readonly string[]): string[] {
  const accepts = (types: readonly string[], type: string) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  const both = [...one.filter((type) => accepts(other, type)), ...other.filter((type) => accepts(one, type))];
  return [...new Set(both)];
}
