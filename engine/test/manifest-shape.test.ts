import { expect, test } from "vitest";
import { diagnosed, HEAD, P, USE_B } from "./support/manifest.ts";

interface Row {
  readonly title: string;
  readonly manifest: string;
  readonly says: readonly string[];
}

const TRIGGERS = "on_artifact, on_change, on_invalid, all_of, any_of";

const ERRORS: readonly Row[] = [
  {
    title: "TOML syntax",
    manifest: `${HEAD}[[protocols]\nname = "p"\n`,
    says: ["4:13 error: not TOML: expected end of table array declaration"],
  },
  {
    title: "a key twice",
    manifest: `${HEAD}${P}name = "q"\n`,
    says: ["7:1 error: not TOML: trying to redefine an already defined table or value"],
  },
  {
    title: "no name",
    manifest: HEAD.replace('name = "m"', "version = 1") + P + USE_B,
    says: ["- error: the manifest has no 'name': put name = \"…\" at its top"],
  },
  {
    title: "a name of the wrong type",
    manifest: HEAD.replace('"m"', "7") + P + USE_B,
    says: ["1:8 error: 'name' must be a string, not a number"],
  },
  {
    title: "an empty file",
    manifest: "",
    says: [
      "- error: the manifest has no 'name': put name = \"…\" at its top",
      "- error: the manifest declares no [[artifact_types]]: it needs at least one",
      "- error: the manifest declares no [[protocols]]: it needs at least one",
    ],
  },
  {
    title: "keys at the top that are misspelt",
    manifest: 'nmae = "m"\nversion = 1\n[[artifact_type]]\nname = "a"\n[[Protocols]]\nname = "p"\n',
    says: [
      "- error: the manifest has no 'name': put name = \"…\" at its top — is it what 'nmae' was meant to be?",
      "- error: the manifest declares no [[artifact_types]]: it needs at least one — is it what 'artifact_type' was meant to be?",
      "- error: the manifest declares no [[protocols]]: it needs at least one — is it what 'Protocols' was meant to be?",
    ],
  },
  {
    title: "two errors in one line, from left to right",
    manifest: `name = "m"\nartifact_types = [{ name = 5 }, "b"]\n\n${P}`,
    says: [
      "2:28 error: 'name' must be a string, not a number",
      "2:33 error: each of 'artifact_types' must be a table, not a string",
    ],
  },
  {
    title: "empty lists of types and protocols",
    manifest: 'name = "m"\nartifact_types = []\nprotocols = []\n',
    says: [
      "2:18 error: the manifest declares no [[artifact_types]]: it needs at least one",
      "3:13 error: the manifest declares no [[protocols]]: it needs at least one",
    ],
  },
  {
    title: "types as a table, protocols as a text",
    manifest: 'name = "m"\nprotocols = "p"\n[artifact_types]\nname = "a"\n',
    says: [
      "2:13 error: 'protocols' must be a list of tables, written [[protocols]], not a string",
      "3:2 error: 'artifact_types' must be a list of tables, written [[artifact_types]], not a table",
    ],
  },
  {
    title: "an entry that is no table",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, "b"]\n\n${P}`,
    says: ["2:35 error: each of 'artifact_types' must be a table, not a string"],
  },
  {
    title: "an artifact type without a name, and one with another key",
    manifest: `name = "m"\n[[artifact_types]]\nschema = "a.json"\n[[artifact_types]]\nname = "a"\n${P}`,
    says: [
      "2:3 error: an artifact type has no 'name': name it",
      "3:1 error: unknown key 'schema' in an artifact type: 'name' is its only key, everything else belongs in its schema",
    ],
  },
  {
    title: "a misspelt key of an artifact type",
    manifest: `name = "m"\n[[artifact_types]]\nname = "a"\nnames = "b"\n${P}`,
    says: [
      "4:1 error: unknown key 'names' in an artifact type: 'name' is its only key, everything else belongs in its schema — did you mean 'name'?",
    ],
  },
  {
    title: "a protocol without name and trigger",
    manifest: `${HEAD}[[protocols]]\nproduces = ["b"]\n${P}`,
    says: [
      "4:3 error: a protocol has no 'name': name it",
      '4:3 error: a protocol has no \'trigger\': say when its work is called for, e.g. trigger = { type = "on_artifact", name = "…" }',
    ],
  },
  {
    title: "a protocol without trigger",
    manifest: `${HEAD}[[protocols]]\nname = "p"\nproduces = ["b"]\n`,
    says: [
      "4:3 error: protocol 'p' has no 'trigger': say when its work is called for, e.g. trigger = { type = \"on_artifact\", name = \"…\" }",
    ],
  },
  {
    title: "lists and flags of the wrong type",
    manifest: `${HEAD}${P}requires = "a"\naccepts = { a = 1 }\nproduces = ["b", 3]\nmay_produce = true\nscoped = "yes"\nrequired_output_choices = 1.5\n`,
    says: [
      "7:12 error: 'requires' must be a list of artifact type names, not a string",
      "8:11 error: 'accepts' must be a list of artifact type names, not a table",
      "9:18 error: 'produces' must hold artifact type names, not a number",
      "10:15 error: 'may_produce' must be a list of artifact type names, not a boolean",
      "11:10 error: 'scoped' must be true or false, not a string",
      "12:27 error: 'required_output_choices' must be a list of tables, written [[required_output_choices]], not a number",
    ],
  },
  ...[
    { value: '"on_artifact(a)"', says: "6:11 error: a trigger must be a table, not a string" },
    { value: "[]", says: "6:11 error: a trigger must be a table, not a list" },
    { value: "2024-01-01", says: "6:11 error: a trigger must be a table, not a date" },
    { value: "{}", says: `6:1 error: a trigger has no 'type': use one of ${TRIGGERS}` },
    { value: '{ name = "a" }', says: `6:1 error: a trigger has no 'type': use one of ${TRIGGERS}` },
    { value: "{ type = 1 }", says: "6:20 error: 'type' must be a string, not a number" },
    {
      value: '{ type = "on_artefact", name = "a" }',
      says: `6:20 error: unknown trigger type 'on_artefact': use one of ${TRIGGERS} — did you mean 'on_artifact'?`,
    },
    {
      value: '{ type = "ALL_OF", conditions = [] }',
      says: `6:20 error: unknown trigger type 'ALL_OF': use one of ${TRIGGERS} — did you mean 'all_of'?`,
    },
    {
      value: '{ type = "on_timer", name = "a" }',
      says: `6:20 error: unknown trigger type 'on_timer': use one of ${TRIGGERS}`,
    },
    {
      value: '{ type = "on_change" }',
      says: "6:1 error: trigger on_change has no 'name': name the artifact type that it looks at",
    },
    { value: '{ type = "on_invalid", name = ["a"] }', says: "6:41 error: 'name' must be a string, not a list" },
    {
      value: '{ type = "any_of" }',
      says: "6:11 error: trigger any_of has no 'conditions': list the triggers that it combines",
    },
    {
      value: '{ type = "all_of", conditions = "a" }',
      says: "6:43 error: 'conditions' must be a list of triggers, not a string",
    },
    {
      value: '{ type = "all_of", conditions = [{ type = "any_of", conditions = [{ type = "on_artifact" }] }] }',
      says: "6:77 error: trigger on_artifact has no 'name': name the artifact type that it looks at",
    },
    { value: '{ type = "all_of", conditions = ["a"] }', says: "6:44 error: a trigger must be a table, not a string" },
  ].map(({ value, says }) => ({
    title: `the trigger ${value}`,
    manifest: `${HEAD}[[protocols]]\nname = "p"\ntrigger = ${value}\n`,
    says: [says],
  })),
];

test.each(ERRORS)("$title", async ({ manifest, says }) => {
  expect(await diagnosed(manifest)).toEqual(says);
});
