import type { JsonSchema } from "@runa/store";
import { escapedStep } from "@runa/store/json";
import { dialectOf, isSchemaObject, KEYWORDS, knows, refsStandAlone, type SchemaObject } from "@runa/store/schema";
import { didYouMean, nearest } from "../../suggestion.ts";
import type { ArtifactType, Methodology } from "../methodology.ts";
import { conjunctsOf, everyPart, targetOf } from "../schema-parts.ts";
import { couldHold } from "./could-hold.ts";
import type { SchemaFinding } from "./finding.ts";

/** What is probably wrong with the keywords of a methodology's schemas. */
export function schemaFindings({ types }: Methodology): SchemaFinding[] {
  return [...types.values()].flatMap((type) => [
    ...keywordFindings(type),
    ...(fitsAll(type.schema)
      ? [
          {
            rule: "schema-fits-all" as const,
            type: type.name,
            pointer: "",
            at: "value" as const,
            message: `every JSON value fits the schema of '${type.name}'`,
          },
        ]
      : []),
  ]);
}

function keywordFindings({ name, schema: root }: ArtifactType): SchemaFinding[] {
  const dialect = dialectOf(root);
  const alone = refsStandAlone(dialect);
  return everyPart(root).flatMap(({ schema, pointer }) =>
    Object.entries(schema).flatMap(([key, value]): SchemaFinding[] => {
      const found = (rule: SchemaFinding["rule"], message: string): SchemaFinding[] => [
        { rule, type: name, pointer: `${pointer}/${escapedStep(key)}`, at: "key", message },
      ];
      const keyword = KEYWORDS.get(key);
      if (keyword === undefined) {
        const meant = keywordMeant(key, value, schema);
        return meant === null
          ? []
          : found("misspelt-keyword", `unknown keyword '${key}' has no effect${didYouMean(key, [meant])}`);
      }
      const constrains = keyword.role === "constrains";
      if (constrains && !knows(dialect, key) && !isHelper(key, schema))
        return found("foreign-keyword", `draft ${dialectName(dialect)} does not know '${key}': it has no effect`);
      if (alone && constrains && key !== "$ref" && typeof schema.$ref === "string" && !isRepeated(root, schema, key))
        return found("ignored-beside-ref", `'${key}' has no effect beside '$ref' in draft ${dialectName(dialect)}`);
      return [];
    }),
  );
}

/** Whether what a `$ref` leads to says the same, so that it does no harm beside it. */
function isRepeated(root: JsonSchema, schema: SchemaObject, key: string): boolean {
  const target = targetOf(root, schema);
  return (
    target !== null &&
    conjunctsOf(root, target).some(
      (part) => isSchemaObject(part.schema) && JSON.stringify(part.schema[key]) === JSON.stringify(schema[key]),
    )
  );
}

function dialectName(dialect: string): string {
  return dialect.replace(/^draft-/, "");
}

/** Keywords that only do something beside another one, which is told already. */
function isHelper(key: string, schema: SchemaObject): boolean {
  if (key === "then" || key === "else") return schema.if !== undefined;
  return (key === "minContains" || key === "maxContains") && schema.contains === undefined;
}

/** The keyword that an unknown key was probably meant to be; null where it holds something else than that does. */
function keywordMeant(key: string, value: unknown, schema: SchemaObject): string | null {
  if (/^x-/i.test(key)) return null;
  const meant = nearest(key, KEYWORDS.keys());
  const keyword = meant === null ? undefined : KEYWORDS.get(meant);
  if (meant === null || keyword === undefined || Object.hasOwn(schema, meant) || !couldHold(keyword, value))
    return null;
  if ((meant === "then" || meant === "else") && schema.if === undefined) return null;
  return meant;
}

/** Whether a schema, in all that holds at once, decides nothing. */
function fitsAll(root: JsonSchema): boolean {
  return conjunctsOf(root, { schema: root, pointer: "" }).every(({ schema }) => {
    if (typeof schema === "boolean") return schema;
    // What a reference out of the document leads to is not known here.
    const known = (key: string) => key === "allOf" || (key === "$ref" && targetOf(root, schema) !== null);
    return Object.keys(schema).every((key) => known(key) || KEYWORDS.get(key)?.role !== "constrains");
  });
}
