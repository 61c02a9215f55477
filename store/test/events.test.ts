import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Json, JsonSchema } from "../src/artifact.ts";
import { canonicalJson } from "../src/json/canonical.ts";
import { FIRST_PREV } from "../src/record/event-table.ts";
import { type Actor, decoded, EVENT_KINDS, type EventKind, type EventRow } from "../src/record/events.ts";
import { loadSchemaCompiler, type Validator } from "../src/schema/validator.ts";
import { EXAMPLES, HASH } from "./event-examples.ts";

type Body = Readonly<Record<string, Json>>;

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../schemas/log-event.schema.json", import.meta.url), "utf8"),
) as Schema;

let validate: Validator;
beforeAll(async () => {
  validate = await (await loadSchemaCompiler())(SCHEMA as JsonSchema);
});

function rowOf(kind: string, body: Body): EventRow {
  return {
    seq: 1,
    at: 0 as EventRow["at"],
    kind,
    attempt: null,
    body: JSON.stringify(body),
    prev: FIRST_PREV,
    hash: HASH,
  };
}

/** Whether an event is one that this runa knows, as the decoder and as the published schema say. */
async function verdicts(kind: string, body: Body) {
  const { prev, hash } = rowOf(kind, body);
  const document = { seq: 1, at: "2026-01-31T09:30:00.000000Z", kind, body, prev, hash };
  return {
    decoder: decoded(rowOf(kind, body))?.known,
    schema: (await validate(document)).length === 0,
  };
}

const KNOWN = { decoder: true, schema: true };
const UNKNOWN = { decoder: false, schema: false };

/** A member of an example, at any depth, with what the schema says of it; `undefined` where it says nothing. */
interface Member {
  readonly path: readonly (string | number)[];
  readonly schema: Schema | undefined;
}

function resolved(schema: Schema | undefined): Schema | undefined {
  return schema?.$ref === undefined ? schema : SCHEMA.$defs?.[schema.$ref.replace("#/$defs/", "")];
}

function membersOf(value: unknown, schema: Schema | undefined, path: Member["path"] = []): Member[] {
  const own = resolved(schema);
  const inner: [string | number, unknown, Schema | undefined][] = Array.isArray(value)
    ? value.map((item, index) => [index, item, own?.prefixItems?.[index] ?? own?.items])
    : typeof value === "object" && value !== null
      ? Object.entries(value).map(([name, member]) => [name, member, own?.properties?.[name]])
      : [];
  return inner.flatMap(([step, member, said]) => [
    { path: [...path, step], schema: resolved(said) },
    ...membersOf(member, said, [...path, step]),
  ]);
}

/** A copy in which one member is another, or is gone. */
function changed(body: Body, path: Member["path"], value: Json | undefined): Body {
  const copy = structuredClone(body) as Record<string, Json>;
  let at = copy as Record<string | number, Json>;
  for (const step of path.slice(0, -1)) at = at[step] as typeof at;
  const last = path.at(-1) ?? "";
  if (value === undefined && Array.isArray(at)) at.splice(Number(last), 1);
  else if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

/** The names of the properties that a schema knows, at any depth. */
function namesIn(schema: Schema | undefined): string[] {
  const own = resolved(schema);
  const inner = Object.entries(own?.properties ?? {}).flatMap(([name, member]) => [name, ...namesIn(member)]);
  return [...inner, ...[own?.items, ...(own?.prefixItems ?? [])].filter((item) => item !== undefined).flatMap(namesIn)];
}

test("the schema knows the kinds that there are", () => {
  expect(resolved(SCHEMA.properties?.kind)?.enum).toEqual(EVENT_KINDS);
});

describe.each(Object.entries(EXAMPLES) as [EventKind, Body][])("%s", (kind, body) => {
  const schema = SCHEMA.$defs?.[kind];
  const members = membersOf(body, schema);

  test("with everything that it can tell is known to both", async () => {
    expect(await verdicts(kind, body)).toEqual(KNOWN);
    expect(decoded(rowOf(kind, body))).toMatchObject({ kind, body });
  });

  test("tells everything that the schema knows", () => {
    const told = members.flatMap(({ path }) => path.at(-1) ?? []).filter((step) => typeof step === "string");
    // The keys of a map are nobody's names.
    expect([...new Set(namesIn(schema))].filter((name) => !told.includes(name))).toEqual([]);
  });

  test.each(members)("$path is owed, or not, to both alike; and nothing else is taken for it", async ({ path }) => {
    const { decoder, schema } = await verdicts(kind, changed(body, path, undefined));
    // The schema wants lists that are not empty.
    if (typeof path.at(-1) === "string") expect(decoder).toBe(schema);
    expect(await verdicts(kind, changed(body, path, null))).toEqual(UNKNOWN);
  });

  test("has the same words for both", async () => {
    for (const { path, schema } of members) {
      if (schema?.enum === undefined) continue;
      for (const word of schema.enum) expect(await verdicts(kind, changed(body, path, word)), word).toEqual(KNOWN);
      expect(await verdicts(kind, changed(body, path, "word_of_another_runa"))).toEqual(UNKNOWN);
    }
  });
});

describe("who did it", () => {
  const kind = "released";
  const actors: Actor[] = [
    { kind: "person", name: "anna" },
    { kind: "attempt", attempt: "attempt-1" },
    { kind: "runa" },
  ];

  test.each(actors)("$kind is known to both", async (actor) => {
    expect(await verdicts(kind, { ...EXAMPLES[kind], actor })).toEqual(KNOWN);
    for (const name of Object.keys(actor)) {
      const lacking = Object.fromEntries(Object.entries(actor).filter(([other]) => other !== name));
      expect(await verdicts(kind, { ...EXAMPLES[kind], actor: lacking })).toEqual(UNKNOWN);
    }
  });

  test("somebody of another kind leaves the event readable", async () => {
    const body = { ...EXAMPLES[kind], actor: { kind: "committee", size: 3 } };
    expect(await verdicts(kind, body)).toEqual(UNKNOWN);
    expect(decoded(rowOf(kind, body))).toMatchObject({ known: false, kind, body });
  });
});

describe("what this runa does not know", () => {
  test.each<[string, string, Body]>([
    ["a kind", "landed", { branch: "main", commits: [1, 2] }],
    ["the word for no kind", "", {}],
    ["a member of a known kind's body", "reopened", { work_unit: "w-1" }],
    ["a word in it", "delivery_refused", { reason: "not_now" }],
  ])("%s: the event stays readable, and loses nothing", (_what, kind, body) => {
    const row = rowOf(kind, body);
    const event = decoded(row);
    expect(event).toMatchObject({
      known: false,
      seq: 1,
      kind,
      attempt: null,
      prev: row.prev,
      hash: row.hash,
    });
    expect(canonicalJson(event?.body as Json)).toBe(canonicalJson(body));
  });

  test("members beside those that it knows are kept", () => {
    const body = { ...EXAMPLES.reopened, why: "because" };
    expect(decoded(rowOf("reopened", body))).toMatchObject({ known: true, body });
  });

  test.each<[string, Partial<Record<keyof EventRow, unknown>>]>([
    ["a body that is no JSON", { body: "{" }],
    ["a body that is no object", { body: "[]" }],
    ["a kind that is no text", { kind: 5 }],
    ["a number that none has", { seq: 0 }],
    ["a time that is none", { at: 9_000_000_000_000_000_000 }],
  ])("%s is damage", (_what, damaged) => {
    expect(decoded({ ...rowOf("reopened", EXAMPLES.reopened), ...damaged })).toBeNull();
  });
});
