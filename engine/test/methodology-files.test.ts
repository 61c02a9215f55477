import { expect, test } from "vitest";
import { diagnosed, type Files, HEAD, P, USE_B } from "./support/manifest.ts";

interface Row {
  readonly title: string;
  readonly manifest: string;
  readonly files?: Files;
  readonly says: readonly string[];
}

const ERRORS: readonly Row[] = [
  {
    title: "an unscoped protocol with an output that requires a work unit: every way to have one",
    manifest: `name = "m"
artifact_types = [{ name = "a" }, { name = "b" }, { name = "c" }, { name = "d" }]
[[protocols]]
name = "p"
trigger = { type = "on_artifact", name = "a" }
produces = ["b"]
may_produce = ["c"]
[[protocols.required_output_choices]]
name = "x"
members = ["d", "a"]
[[protocols]]
name = "q"
scoped = true
may_produce = ["b"]
trigger = { type = "on_artifact", name = "a" }
`,
    files: {
      "schemas/b.schema.json": '{"required":["work_unit"]}',
      "schemas/c.schema.json": '{"required":["title","work_unit"]}',
      "schemas/d.schema.json": '{"required":["work_unit"]}',
    },
    says: ["b", "c", "d"].map((type, index) => {
      const place = ["6:13", "7:16", "10:12"][index];
      return `${place} error: protocol 'p' is not scoped, but the schema of its output '${type}' requires 'work_unit': set scoped = true or make the property optional`;
    }),
  },
  {
    title: "a schema that is missing",
    manifest: `${HEAD}${P}${USE_B}`,
    files: { "schemas/b.schema.json": null },
    says: ["schemas/b.schema.json - error: schema of artifact type 'b' cannot be read: no such file or directory"],
  },
  {
    title: "files that are there under names which only look the same",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, { name = "caf\u00e9" }]\n${P.replace('"p"', '"P"')}accepts = ["caf\u00e9"]\n`,
    files: { "schemas/cafe\u0301.schema.json": "{}" },
    says: [
      "schemas/caf\u00e9.schema.json - error: schema of artifact type 'caf\u00e9' cannot be read: no such file or directory — did you mean '…/schemas/cafe\u0301.schema.json', which looks the same and is spelt with other code points?",
      "protocols/P/PROTOCOL.md - error: the instructions of protocol 'P' cannot be read: no such file or directory — did you mean '…/protocols/p/PROTOCOL.md'?",
    ],
  },
  {
    title: "a schema that is not JSON",
    manifest: `${HEAD}${P}${USE_B}`,
    files: { "schemas/b.schema.json": '{\n  "type": objekt\n}\n' },
    says: ["schemas/b.schema.json 2:11 error: schema of 'b' is not JSON: unexpected character at line 2, column 11"],
  },
  {
    title: "a schema that is no JSON Schema",
    manifest: `${HEAD}${P}${USE_B}`,
    files: { "schemas/b.schema.json": '{\n  "type": "objekt"\n}\n', "schemas/a.schema.json": "3" },
    says: [
      "schemas/a.schema.json 1:1 error: schema of 'a': a JSON Schema is an object, true or false",
      "schemas/b.schema.json 2:11 error: schema of 'b': not a valid JSON Schema of 2020-12: /type…",
    ],
  },
  {
    title: "a remote $ref",
    manifest: `${HEAD}${P}${USE_B}`,
    files: { "schemas/b.schema.json": '{\n  "$ref": "https://example.com/x.json"\n}\n' },
    says: [
      "schemas/b.schema.json 2:11 error: schema of 'b': remote $ref https://example.com/x.json is never fetched: put the schema under $defs and refer to it as \"#/$defs/…\"",
    ],
  },
  {
    title: "a pattern that is no regular expression, below names that look like numbers",
    manifest: `${HEAD}${P}${USE_B}`,
    files: {
      "schemas/b.schema.json": '{\n  "properties": {\n    "1": {\n      "allOf": [{ "pattern": "[" }]\n    }\n  }\n}\n',
    },
    says: [
      "schemas/b.schema.json 4:30 error: schema of 'b': \"[\" is no regular expression of ECMA-262 with the flag u: Unterminated character class",
    ],
  },
  {
    title: "instructions that are missing, a directory, or no text",
    manifest: `${HEAD}${P}${USE_B}${P.replace('"p"', '"q"')}${P.replace('"p"', '"r"')}`,
    files: {
      "protocols/p/PROTOCOL.md": null,
      "protocols/q/PROTOCOL.md": null,
      "protocols/q/PROTOCOL.md/x": "",
      "protocols/r/PROTOCOL.md": Uint8Array.of(0x23, 0xff),
    },
    says: [
      "protocols/p/PROTOCOL.md - error: the instructions of protocol 'p' cannot be read: no such file or directory",
      "protocols/q/PROTOCOL.md - error: the instructions of protocol 'q' cannot be read: a directory",
      "protocols/r/PROTOCOL.md - error: the instructions of protocol 'r' cannot be read: it is not valid UTF-8",
    ],
  },
  {
    title: "everything at once: manifest, schemas, instructions",
    manifest: `${HEAD}${P}scoped = 1\nrequire = ["b"]\n`,
    files: { "schemas/a.schema.json": "{", "protocols/p/PROTOCOL.md": null },
    says: [
      "7:10 error: 'scoped' must be true or false, not a number",
      "8:1 problem: unknown key 'require' in protocol 'p' — did you mean 'requires'?",
      "schemas/a.schema.json 1:2 error: schema of 'a' is not JSON: expected a key at line 1, column 2",
      "protocols/p/PROTOCOL.md - error: the instructions of protocol 'p' cannot be read: no such file or directory",
    ],
  },
];

test.each(ERRORS)("$title", async ({ manifest, files, says }) => {
  const found = await diagnosed(manifest, files);
  // Where a schema is wrong is said here; how, by the validator's own tests.
  const known = found.map((text, index) =>
    says[index]?.endsWith("…") ? `${text.slice(0, says[index].length - 1)}…` : text,
  );
  expect(known).toEqual(says);
});
