import { readFileSync } from "node:fs";
import type { JsonSchema } from "@runa/store";
import { loadSchemaCompiler, type Validator } from "@runa/store/schema";
import { describe, expect, test } from "vitest";
import { readAnnotation } from "../src/methodology/annotation.ts";
import { DECISION_PROPERTIES, refusedBase } from "../src/methodology/base-properties.ts";
import { decisionTypesOf } from "../src/methodology/decision-types.ts";
import { REVOCATION } from "../src/methodology/revocation.ts";
import { diagnosed, loaded } from "./support/manifest.ts";

const MANIFEST = `name = "m"
artifact_types = [{ name = "a" }, { name = "b" }, { name = "c" }, { name = "d" }]
[[protocols]]
name = "p"
requires = ["a", "b", "c", "d"]
trigger = { type = "on_artifact", name = "a" }
`;

const schema = (annotation: unknown, rest: object = {}) => JSON.stringify({ "x-runa": annotation, ...rest }, null, 1);

test("annotations as they are declared, defaults filled in, and found by what they are about", async () => {
  const methodology = await loaded(MANIFEST, {
    "schemas/b.schema.json": schema({ kind: "approval", of: "a", min: 2, role: "security", not_author: true }),
    "schemas/c.schema.json": schema({ kind: "approval", of: "a" }, { type: "object", required: ["note"] }),
    "schemas/d.schema.json": schema({ kind: "rejection", of: "a" }),
  });
  const legal = { kind: "approval", of: "a", min: 1, role: null, notAuthor: false };
  const security = { kind: "approval", of: "a", min: 2, role: "security", notAuthor: true };
  expect(Array.from(methodology.types.values(), ({ annotation }) => annotation)).toEqual([
    null,
    security,
    legal,
    { kind: "rejection", of: "a" },
  ]);
  const types = decisionTypesOf(methodology);
  expect(types.isEmpty).toBe(false);
  expect(types.subjects).toEqual(["a"]);
  expect(types.approvalsOf("a")).toEqual([
    { name: "b", annotation: security },
    { name: "c", annotation: legal },
  ]);
  expect(types.rejectionOf("a")?.name).toBe("d");
  expect([types.approvalsOf("b"), types.rejectionOf("b")]).toEqual([[], null]);
});

test("a type of no kind whose instances add up", () => {
  expect(readAnnotation({ "x-runa": { accumulates: true } })).toEqual({ annotation: null, problems: [] });
  const { problems } = readAnnotation({ "x-runa": { accumulates: "yes", min: 2 } });
  expect(problems.map(({ pointer, message }) => [pointer, message])).toEqual([
    ["/x-runa/min", "unknown key 'min' in 'x-runa' without a kind"],
    ["/x-runa/accumulates", "'accumulates' must be true or false, not a string"],
  ]);
});

test("an audit type, and an annotation that is not at the root", () => {
  expect(
    readAnnotation({ "x-runa": { kind: "audit", outcomes: ["timed_out"], protocols: ["p"], per: "attempt" } })
      .annotation,
  ).toEqual({ kind: "audit", outcomes: ["timed_out"], protocols: ["p"], per: "attempt" });
  expect(readAnnotation({ "x-runa": { kind: "audit" } }).annotation).toEqual({
    kind: "audit",
    outcomes: null,
    protocols: null,
    per: "candidate",
  });
  expect(readAnnotation({ allOf: [{ "x-runa": { kind: "audit" } }] })).toEqual({ annotation: null, problems: [] });
  expect(readAnnotation(true)).toEqual({ annotation: null, problems: [] });
});

const WRONG: readonly (readonly [title: string, annotation: unknown, says: readonly string[]])[] = [
  ["no object", 3, ["2:12 'x-runa' must be an object, not a number"]],
  ["no kind", {}, ["2:12 'x-runa' has no 'kind': say one of approval, rejection, audit"]],
  [
    "an unknown kind",
    { kind: "aproval", of: "a" },
    ["3:11 unknown kind 'aproval' in 'x-runa': use one of approval, rejection, audit — did you mean 'approval'?"],
  ],
  [
    "unknown keys, each told",
    { kind: "rejection", of: "a", min: 2, "no/t": true },
    ["5:3 unknown key 'min' in 'x-runa' of kind rejection", "6:3 unknown key 'no/t' in 'x-runa' of kind rejection"],
  ],
  ["no type", { kind: "approval" }, ["2:12 'x-runa' has no 'of': name the artifact type that is decided on"]],
  ["too few people", { kind: "approval", of: "a", min: 0 }, ["5:10 'min' must be a whole number, 1 or more, not 0"]],
  ["no role", { kind: "approval", of: "a", role: "" }, ["5:11 'role' is empty or holds a NUL character"]],
  [
    "no boolean",
    { kind: "approval", of: "a", not_author: "yes" },
    ["5:17 'not_author' must be true or false, not a string"],
  ],
  [
    "no outcome",
    { kind: "audit", outcomes: ["timed_out", "timedout"] },
    [
      "6:4 each of 'outcomes' must be one of not_started, interrupted, timed_out, signalled, exited, invalid_output, choice_unmet, not_delivered, abandoned, delivered, not 'timedout' — did you mean 'timed_out'?",
    ],
  ],
  ["no time", { kind: "audit", per: "run" }, ["4:10 'per' must be candidate or attempt, not 'run'"]],
  [
    "an undeclared type",
    { kind: "approval", of: "aa" },
    ["4:9 'of' names 'aa', which is not a declared artifact type — did you mean 'a'?"],
  ],
  [
    "itself",
    { kind: "approval", of: "b" },
    ["4:9 'of' names 'b', which is of kind approval itself: name a type that protocols or people deliver"],
  ],
];

test.each(WRONG)("an annotation with %s", async (_, annotation, says) => {
  const found = await diagnosed(MANIFEST, { "schemas/b.schema.json": schema(annotation) });
  expect(found).toEqual(says.map((said) => said.replace(/^(\S+) /, "schemas/b.schema.json $1 error: schema of 'b': ")));
});

test("a decision about an audit type, and two rejection types of one type", async () => {
  const found = await diagnosed(MANIFEST, {
    "schemas/b.schema.json": schema({ kind: "audit" }),
    "schemas/c.schema.json": schema({ kind: "rejection", of: "b" }),
  });
  expect(found).toEqual([
    "schemas/c.schema.json 4:9 error: schema of 'c': 'of' names 'b', which is of kind audit itself: name a type that protocols or people deliver",
  ]);
  const twice = await diagnosed(MANIFEST, {
    "schemas/b.schema.json": schema({ kind: "rejection", of: "a" }),
    "schemas/d.schema.json": schema({ kind: "rejection", of: "a" }),
  });
  expect(twice).toEqual([
    "schemas/d.schema.json 4:9 error: schema of 'd': 'a' has a rejection type already, 'b': keep one of them",
  ]);
});

test("protocols that would let an agent write or mend decisions", async () => {
  const found = await diagnosed(
    `name = "m"
artifact_types = [{ name = "a" }, { name = "b" }, { name = "c" }, { name = "d" }]
[[protocols]]
name = "p"
produces = ["b"]
may_produce = ["c"]
trigger = { type = "any_of", conditions = [{ type = "on_artifact", name = "b" }, { type = "on_invalid", name = "b" }] }
[[protocols.required_output_choices]]
name = "g"
members = ["a", "d"]
`,
    {
      "schemas/b.schema.json": schema({ kind: "approval", of: "a" }),
      "schemas/c.schema.json": schema({ kind: "rejection", of: "a" }),
      "schemas/d.schema.json": schema({ kind: "audit" }),
    },
  );
  expect(found).toEqual([
    "5:13 error: protocol 'p' names 'b' in 'produces', but it is of kind approval, which no agent may write: take it out",
    "6:16 error: protocol 'p' names 'c' in 'may_produce', but it is of kind rejection, which no agent may write: take it out",
    "7:112 error: the trigger of protocol 'p' names 'b' in on_invalid, but it is of kind approval, which no agent can mend: take it out",
    "10:17 error: protocol 'p' names 'd' in 'required_output_choices', but it is of kind audit, which no agent may write: take it out",
  ]);
});

describe("a schema with no room for what runa fills in", () => {
  const NAMED = Object.fromEntries(DECISION_PROPERTIES.map((name) => [name, true]));
  const refused = (rest: object) =>
    refusedBase(rest as JsonSchema, "approval").map(({ pointer, message }) => `${pointer}: ${message.slice(0, 60)}`);

  test.each<[string, object]>([
    ["nothing said", {}],
    ["named, and others refused", { properties: NAMED, additionalProperties: false }],
    [
      "more demanded",
      { properties: { note: { minLength: 10 }, checklist: { type: "array" } }, required: ["checklist"] },
    ],
    ["people listed", { properties: { by: { properties: { name: { enum: ["anna"] } } } } }],
    ["named by a branch", { anyOf: [{ properties: NAMED }], unevaluatedProperties: false }],
    ["named by a reference", { $ref: "#/$defs/x", $defs: { x: { properties: NAMED } }, unevaluatedProperties: false }],
    ["named by a pattern", { patternProperties: { "^[a-z_]+$": true }, additionalProperties: false }],
    ["a number", { properties: { v: { type: "number" } } }],
    ["one of several types", { type: ["object", "null"], properties: { at: { type: ["null", "string"] } } }],
  ])("%s: there is room", (_, rest) => {
    expect(refused(rest)).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ["no object", { type: "array" }, ["/type: runa writes an object, and 'type' refuses one"]],
    [
      "another type of a property",
      { allOf: [{ properties: { at: { type: "integer" } } }] },
      ["/allOf/0/properties/at/type: runa fills in 'at', and 'type' refuses it: allow the propert"],
    ],
    [
      "a property that is refused",
      { properties: { log_head: false } },
      ["/properties/log_head: runa fills in 'log_head', and 'false' refuses it: allow the "],
    ],
    [
      "no others",
      {
        properties: {
          ...NAMED,
          subject: { properties: { artifact_type: true, instance_id: true }, additionalProperties: false },
        },
      },
      ["/properties/subject/additionalProperties: runa fills in 'subject.content_hash', and 'additionalPropert"],
    ],
    [
      "no unevaluated ones",
      {
        properties: Object.fromEntries(Object.entries(NAMED).filter(([name]) => name !== "signature")),
        unevaluatedProperties: false,
      },
      ["/unevaluatedProperties: runa fills in 'signature', and 'unevaluatedProperties' refus"],
    ],
    [
      "others of another type",
      {
        properties: Object.fromEntries(Object.entries(NAMED).filter(([name]) => name !== "by")),
        additionalProperties: { type: "string" },
      },
      ["/additionalProperties: runa fills in 'by', and 'additionalProperties' refuses it: a"],
    ],
  ])("%s", (_, rest, says) => {
    expect(refused(rest)).toEqual(says);
  });

  test("has its place in the file", async () => {
    const found = await diagnosed(MANIFEST, {
      "schemas/b.schema.json": schema(
        { kind: "approval", of: "a" },
        { type: "object", properties: { id: { type: "null" } } },
      ),
    });
    expect(found).toEqual([
      "schemas/b.schema.json 9:12 error: schema of 'b': runa fills in 'id', and 'type' refuses it: allow the property",
    ]);
  });
});

describe("the base schemas", () => {
  const shipped = (kind: string) =>
    JSON.parse(readFileSync(new URL(`../../schemas/${kind}.schema.json`, import.meta.url), "utf8")) as JsonSchema &
      object;

  test("name what runa fills in, and the one of revocations is what revocations are judged by", () => {
    for (const kind of ["approval", "rejection", "revocation"])
      expect(Object.keys(shipped(kind).properties as object), kind).toEqual(DECISION_PROPERTIES);
    const { $id: _id, ...rest } = shipped("revocation");
    expect(withoutWords(rest)).toEqual(REVOCATION);
  });

  test("a revocation is judged by runa's schema, everything else by the type's own", async () => {
    const methodology = await loaded(MANIFEST, {
      "schemas/b.schema.json": schema({ kind: "approval", of: "a" }, { required: ["checklist"] }),
    });
    const validator = (await methodology.types.get("b")?.validator()) as Validator;
    const revocation = {
      v: 1,
      project: "0b3f6f2e-6a30-4d4e-8f5c-1d2c3b4a5968",
      type: "b",
      id: "x",
      decision: "revoked",
      subject: { artifact_type: "a", instance_id: "a1", content_hash: `sha256:${"0".repeat(64)}` },
      by: { name: "anna" },
      at: "2026-11-28T21:00:00.000000Z",
      note: "no longer",
      log_head: `sha256:${"1".repeat(64)}`,
    };
    expect(await validator(revocation)).toEqual([]);
    expect((await validator({ ...revocation, decision: "approved" })).map(({ message }) => message)).toEqual([
      'the artifact: expected the property "checklist", got nothing',
    ]);
    expect((await validator({ ...revocation, note: undefined })).length).toBeGreaterThan(0);
    expect(validator.acceptsEach([revocation, { checklist: [] }, {}])).toEqual([false, true, false]);
    const compile = await loadSchemaCompiler();
    expect(await (await compile(shipped("revocation")))(revocation)).toEqual([]);
  });
});

/** A schema without its titles and descriptions. */
function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === "string" && (key === "title" || key === "description") ? [] : [[key, withoutWords(inner)]],
    ),
  );
}
