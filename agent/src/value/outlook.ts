import { strings } from "../json.ts";
import { domainOf, openedIfPossible, type Parts, requiredBy, schemasForProperty, typesOf } from "./parts.ts";
import { asSchema, namedSchemas, type Schema, schemasIn } from "./schema.ts";
import { all, any, one, opposite, type Verdict, verdict } from "./verdict.ts";
import type { Wish } from "./wish.ts";

/** Keywords that `outlook` understands or that ask nothing. */
const UNDERSTOOD = new Set(
  "$ref type const enum allOf anyOf oneOf not required properties title description $comment default examples".split(
    " ",
  ),
);

/** Whether the value that will be made for `parts` is going to satisfy a schema, as far as that can be told before. */
export function outlook(schema: Schema, parts: Parts, wish: Wish, depth = 0): Verdict {
  if (typeof schema === "boolean") return schema;
  if (depth > 16) return undefined;
  const domain = domainOf(parts, wish.find);
  if (domain !== undefined) {
    const verdicts = domain.map((value) => verdict(schema, value, wish.find));
    return all(verdicts) === true ? true : any(verdicts) === false ? false : undefined;
  }
  const inner = (sub: Schema, of: Parts = parts) => outlook(sub, of, wish, depth + 1);
  const said: Verdict[] = [];
  if (typeof schema.$ref === "string") said.push(inner(wish.find(schema.$ref)));
  if (schema.type !== undefined) said.push(typeOutlook(schema.type, typesOf(parts)));
  if (schema.const !== undefined || schema.enum !== undefined) said.push(undefined);
  said.push(all(schemasIn(schema.allOf).map((sub) => inner(sub))));
  if (Array.isArray(schema.anyOf)) said.push(any(schemasIn(schema.anyOf).map((sub) => inner(sub))));
  if (Array.isArray(schema.oneOf)) said.push(one(schemasIn(schema.oneOf).map((sub) => inner(sub))));
  if (schema.not !== undefined) said.push(opposite(inner(asSchema(schema.not))));
  said.push(...strings(schema.required).map((key) => willBeThere(key, parts, wish)));
  for (const [key, sub] of Object.entries(namedSchemas(schema.properties))) {
    const child = willBeThere(key, parts, wish)
      ? openedIfPossible(schemasForProperty(parts, key), wish.find)
      : undefined;
    if (child !== undefined) said.push(inner(asSchema(sub), child));
  }
  if (Object.keys(schema).some((keyword) => !UNDERSTOOD.has(keyword))) said.push(undefined);
  return all(said);
}

/** Whether a property will be in the object that is made for `parts`. */
function willBeThere(key: string, parts: Parts, wish: Wish): boolean {
  if (requiredBy(parts).has(key)) return true;
  if (!wish.optionals || openedIfPossible(schemasForProperty(parts, key), wish.find) === undefined) return false;
  return parts.some((part) => Object.hasOwn(namedSchemas(part.properties), key));
}

function typeOutlook(wanted: unknown, types: readonly string[] | undefined): Verdict {
  if (types === undefined) return undefined;
  const named = typeof wanted === "string" ? [wanted] : strings(wanted);
  const fits = types.map((type) => named.includes(type) || (type === "integer" && named.includes("number")));
  return fits.every(Boolean) ? true : fits.some(Boolean) ? undefined : false;
}
