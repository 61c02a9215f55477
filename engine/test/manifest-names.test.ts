import { expect, test } from "vitest";
import { diagnosed, type Files, HEAD, P, USE_B } from "./support/manifest.ts";

interface Row {
  readonly title: string;
  readonly manifest: string;
  readonly files?: Files;
  readonly says: readonly string[];
}

const ERRORS: readonly Row[] = [
  ...[
    { name: '""', says: '"" is empty' },
    { name: '"."', says: "\".\" is '.'" },
    { name: '".."', says: "\"..\" contains '..'" },
    { name: '"a..b"', says: "\"a..b\" contains '..'" },
    { name: '"../../etc"', says: "\"../../etc\" contains '..'" },
    { name: '"a/b"', says: '"a/b" contains a path separator' },
    { name: '"/"', says: '"/" contains a path separator' },
    { name: "'a\\b'", says: '"a\\\\b" contains a path separator' },
    { name: '"a\\u0000b"', says: '"a\\u0000b" contains a control character' },
    { name: '"a\\nb"', says: '"a\\nb" contains a control character' },
  ].flatMap(({ name, says }) => [
    {
      title: `an artifact type named ${name}`,
      manifest: `name = "m"\n[[artifact_types]]\nname = ${name}\n[[artifact_types]]\nname = "a"\n${P}`,
      says: [`3:8 error: artifact type name ${says}: it is used as a directory name`],
    },
    {
      title: `a protocol named ${name}`,
      manifest: `${HEAD}${P}${USE_B}[[protocols]]\nname = ${name}\ntrigger = { type = "on_artifact", name = "a" }\n`,
      says: [`9:8 error: protocol name ${says}: it is used as a directory name`],
    },
    {
      title: `a choice group named ${name}`,
      manifest: `${HEAD}${P}[[protocols.required_output_choices]]\nname = ${name}\nmembers = ["a", "b"]\n`,
      says: [`8:8 error: choice group name ${says}: choose a plain name`],
    },
  ]),
  {
    title: "duplicate names",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, { name = "a" }]\n\n${P}${P}`,
    says: [
      "2:44 error: artifact type 'a' is declared twice: rename one, or take it out",
      "8:8 error: protocol 'p' is declared twice: rename one, or take it out",
    ],
  },
  {
    title: "two protocols that both produce a type",
    manifest: `${HEAD}${P}produces = ["b"]\n[[protocols]]\nname = "q"\nproduces = ["b"]\ntrigger = { type = "on_artifact", name = "a" }\n`,
    says: [
      "10:13 error: 'b' is produced by 'p' and by 'q': one protocol owns a type; the other may list it in 'may_produce'",
    ],
  },
  {
    title: "choice groups: name, members, and who holds them already",
    manifest: `${HEAD}${P}produces = ["a"]
[[protocols.required_output_choices]]
[[protocols.required_output_choices]]
name = "one"
members = ["b"]
[[protocols.required_output_choices]]
name = "one"
members = ["a", "c"]
[[protocols.required_output_choices]]
name = "three"
members = ["b", 1]
[[protocols.required_output_choices]]
name = "four"
members = "b"
`,
    says: [
      "8:3 error: a choice group has no 'name': name it",
      "8:3 error: a choice group has no 'members': list the artifact types to choose from",
      "11:11 error: choice group 'one' needs at least two members: an output without alternative belongs in 'produces'",
      "13:8 error: choice group 'one' is declared twice: rename one, or take it out",
      "14:12 error: 'a' cannot be a member of choice group 'one': it is in 'produces' already",
      "14:17 error: choice group 'one' names 'c', which is not a declared artifact type",
      "17:11 error: 'members' must hold artifact type names only",
      "17:12 error: 'b' cannot be a member of choice group 'three': it is in choice group 'one' already",
      "20:11 error: 'members' must be a list of artifact type names, not a string",
    ],
  },
  {
    title: "a member twice in its group, and one that may be produced anyway",
    manifest: `${HEAD}${P}may_produce = ["a"]\n[[protocols.required_output_choices]]\nname = "x"\nmembers = ["b", "b", "a"]\n`,
    says: [
      "10:17 error: 'b' cannot be a member of choice group 'x': it is in choice group 'x' already",
      "10:22 error: 'a' cannot be a member of choice group 'x': it is in 'may_produce' already",
    ],
  },
  {
    title: "a misspelt member",
    manifest: `name = "m"\nartifact_types = [{ name = "approved" }, { name = "rejected" }, { name = "a" }]\n\n${P}[[protocols.required_output_choices]]\nname = "x"\nmembers = ["aproved", "rejected"]\n`,
    files: { "schemas/approved.schema.json": "{}", "schemas/rejected.schema.json": "{}" },
    says: [
      "9:12 error: choice group 'x' names 'aproved', which is not a declared artifact type — did you mean 'approved'?",
    ],
  },
];

test.each(ERRORS)("$title", async ({ manifest, files, says }) => {
  expect(await diagnosed(manifest, files)).toEqual(says);
});
