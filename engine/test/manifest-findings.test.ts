import { describe, expect, test } from "vitest";
import { diagnosed, type Files, HEAD, P, USE_B } from "./support/manifest.ts";

interface Row {
  readonly title: string;
  readonly manifest: string;
  readonly files?: Files;
  readonly says: readonly string[];
}

/** A protocol in three lines, with a trigger and whatever else. */
const protocol = (name: string, trigger: string, more = "") =>
  `[[protocols]]\nname = "${name}"\ntrigger = ${trigger}\n${more}`;
const on = (name: string) => `{ type = "on_artifact", name = "${name}" }`;

const FINE: readonly Row[] = [
  {
    title: "unknown keys and tables at the top, as real methodologies carry them",
    manifest: `version = 2\n${HEAD}${P}${USE_B}[[mechanics]]\nname = "x"\n[meta]\nauthor = "y"\n`,
    says: [],
  },
  {
    title: "may_produce of one type by several",
    manifest: `${HEAD}${protocol("p", on("a"), 'may_produce = ["b"]\n')}${protocol("q", on("a"), 'may_produce = ["b"]\n')}`,
    says: [],
  },
  {
    title: "a protocol that produces what it requires",
    manifest: `${HEAD}${protocol("p", on("a"), 'requires = ["b"]\nproduces = ["b"]\n')}`,
    says: [],
  },
  {
    title: "a circle of triggers that an external type enters",
    manifest: `${HEAD}${protocol("p", `{ type = "any_of", conditions = [${on("a")}, ${on("b")}] }`, 'may_produce = ["b"]\n')}`,
    says: [],
  },
  {
    title: "a type of records that no protocol uses: people read them",
    manifest: `${HEAD}${P}`,
    files: { "schemas/b.schema.json": '{ "x-runa": { "kind": "audit" } }' },
    says: [],
  },
];

const PROBLEMS: readonly Row[] = [
  {
    title: "unknown keys of a protocol, with what was probably meant",
    manifest: `${HEAD}${P}${USE_B}require = ["a"]\nPRODUCES = ["b"]\nmay-produce = []\nowner = "me"\n`,
    says: [
      "8:1 problem: unknown key 'require' in protocol 'p' — did you mean 'requires'?",
      "9:1 problem: unknown key 'PRODUCES' in protocol 'p' — did you mean 'produces'?",
      "10:1 problem: unknown key 'may-produce' in protocol 'p' — did you mean 'may_produce'?",
      "11:1 problem: unknown key 'owner' in protocol 'p'",
    ],
  },
  {
    title: "unknown keys of a trigger and of a choice group",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, { name = "b" }, { name = "c" }]\n\n${protocol("p", '{ type = "on_artifact", name = "a", nmae = "b" }')}[[protocols.required_output_choices]]\nname = "x"\nmembers = ["b", "c"]\nmember = "c"\n`,
    says: [
      "6:47 problem: unknown key 'nmae' in trigger on_artifact — did you mean 'name'?",
      "10:1 problem: unknown key 'member' in a choice group — did you mean 'members'?",
    ],
  },
  {
    title: "a combinator's conditions on a primitive, and the other way round",
    manifest: `${HEAD}${protocol("p", '{ type = "on_artifact", name = "a", conditions = [] }', USE_B)}${protocol("q", '{ type = "any_of", name = "a", conditions = [{ type = "on_change", name = "a" }] }')}`,
    says: [
      "6:47 problem: unknown key 'conditions' in trigger on_artifact",
      "10:30 problem: unknown key 'name' in trigger any_of",
    ],
  },
  {
    title: "names that are used and never declared, in every place that may hold one",
    manifest: `name = "m"
artifact_types = [{ name = "requirements" }, { name = "a" }]
[[protocols]]
name = "p"
requires = [
  "a",
  "requirement",
]
accepts = ["zzz"]
produces = ["Requirements"]
may_produce = ["../x"]
trigger = { type = "all_of", conditions = [
  { type = "on_artifact", name = "a" },
  { type = "any_of", conditions = [{ type = "on_change", name = "reqs" }, { type = "on_invalid", name = "requirements" }] },
] }
`,
    files: { "schemas/requirements.schema.json": "{}" },
    says: [
      "7:3 problem: protocol 'p' names 'requirement' in 'requires', which is not a declared artifact type — did you mean 'requirements'?",
      "9:12 problem: protocol 'p' names 'zzz' in 'accepts', which is not a declared artifact type",
      "10:13 problem: protocol 'p' names 'Requirements' in 'produces', which is not a declared artifact type — did you mean 'requirements'?",
      "11:16 problem: protocol 'p' names '../x' in 'may_produce', which is not a declared artifact type",
      "14:65 problem: protocol 'p' names 'reqs' in 'trigger', which is not a declared artifact type",
    ],
  },
  {
    title: "two spellings that look the same, composed and decomposed",
    manifest: `name = "m"\nartifact_types = [{ name = "caf\u00e9" }]\n\n${protocol("p", on("cafe\u0301"), 'requires = ["caf\u00e9"]\n')}`,
    files: { "schemas/caf\u00e9.schema.json": "{}" },
    says: [
      "6:42 problem: protocol 'p' names 'cafe\u0301' in 'trigger', which is not a declared artifact type — did you mean 'caf\u00e9', which looks the same and is spelt with other code points?",
    ],
  },
];

const WARNINGS: readonly Row[] = [
  {
    title: "types that nothing uses",
    manifest: `name = "m"\n[[artifact_types]]\nname = "a"\n[[artifact_types]]\nname = "b"\n[[artifact_types]]\nname = "c"\n${P}`,
    says: ["5:8 warning: nothing uses artifact type 'b'", "7:8 warning: nothing uses artifact type 'c'"],
  },
  {
    title: "names that differ only in case or in how Unicode spells them",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, { name = "caf\u00e9" }, { name = "A" }, { name = "cafe\u0301" }]\n\n${P}accepts = ["A", "caf\u00e9", "cafe\u0301"]\n[[protocols]]\nname = "P"\ntrigger = { type = "on_artifact", name = "a" }\n`,
    files: {
      "schemas/caf\u00e9.schema.json": "{}",
      "schemas/cafe\u0301.schema.json": "{}",
      "schemas/A.schema.json": "{}",
      "protocols/P/PROTOCOL.md": "Do P.",
    },
    says: [
      "2:63 warning: artifact type 'A' differs from 'a' only in case or in how Unicode spells it: rename one of them",
      "2:79 warning: artifact type 'cafe\u0301' differs from 'caf\u00e9' only in case or in how Unicode spells it: rename one of them",
      "9:8 warning: protocol 'P' differs from 'p' only in case or in how Unicode spells it: rename one of them",
    ],
  },
  {
    title: "a type whose directory is passed over",
    manifest: `name = "m"\nartifact_types = [{ name = "a" }, { name = ".b" }]\n\n${P}accepts = [".b"]\n`,
    files: { "schemas/.b.schema.json": "{}" },
    says: [
      "2:44 warning: artifact type '.b' begins with a dot, and directories that do are passed over: no instance of it is ever seen",
    ],
  },
  {
    title: "an empty any_of, at the top and where it is needed",
    manifest: `${HEAD}${protocol("p", '{ type = "any_of", conditions = [] }', USE_B)}${protocol("q", `{ type = "all_of", conditions = [${on("a")}, { type = "any_of", conditions = [] }] }`)}`,
    says: [
      "6:11 warning: nothing can trigger protocol 'p': an empty any_of is never satisfied",
      "10:11 warning: nothing can trigger protocol 'q': an empty any_of is never satisfied",
    ],
  },
  {
    title: "an empty any_of beside another way is no obstacle",
    manifest: `${HEAD}${protocol("p", `{ type = "any_of", conditions = [${on("a")}, { type = "any_of", conditions = [] }] }`, USE_B)}`,
    says: [],
  },
  {
    title: "a circle of triggers that no external type enters",
    manifest: `${HEAD}${protocol("p", on("b"), 'produces = ["a"]\n')}${protocol("q", on("a"), 'may_produce = ["b"]\n')}`,
    says: [
      "6:11 warning: nothing can trigger protocol 'p': its trigger waits for types that only follow from it",
      "10:11 warning: nothing can trigger protocol 'q': its trigger waits for types that only follow from it",
    ],
  },
  {
    title: "what hangs on a protocol that nothing can trigger, each with its own cause",
    manifest: `${HEAD}${protocol("p", '{ type = "any_of", conditions = [] }', 'produces = ["a"]\n')}${protocol("q", on("a"), 'produces = ["b"]\n')}${protocol("r", on("b"))}`,
    says: [
      "6:11 warning: nothing can trigger protocol 'p': an empty any_of is never satisfied",
      "10:11 warning: nothing can trigger protocol 'q': its trigger waits for 'a', and nothing can trigger 'p', which would write it",
      "14:11 warning: nothing can trigger protocol 'r': its trigger waits for 'b', and nothing can trigger 'q', which would write it",
    ],
  },
  {
    title: "a circle of one, through a choice",
    manifest: `${HEAD}${protocol("p", on("a"))}[[protocols.required_output_choices]]\nname = "x"\nmembers = ["a", "b"]\n`,
    says: ["6:11 warning: nothing can trigger protocol 'p': its trigger waits for types that only follow from it"],
  },
  {
    title: "an empty all_of, at the top and inside",
    manifest: `${HEAD}${protocol("p", '{ type = "all_of", conditions = [] }', 'accepts = ["a", "b"]\n')}${protocol("q", `{ type = "any_of", conditions = [${on("a")}, { type = "all_of", conditions = [] }] }`)}`,
    says: [
      "6:11 warning: the trigger of protocol 'p' holds an empty all_of, which is always satisfied",
      "10:11 warning: the trigger of protocol 'q' holds an empty all_of, which is always satisfied",
    ],
  },
  {
    title: "a name twice: in one list, in requires and accepts, in produces and may_produce",
    manifest: `${HEAD}${P}requires = ["a", "a"]\naccepts = ["b", "a", "b"]\nproduces = ["b"]\nmay_produce = ["b"]\n`,
    says: [
      "7:18 warning: 'a' stands twice in 'requires'; it counts once",
      "8:17 warning: 'a' stands in 'requires' and in 'accepts'; it counts as 'requires'",
      "8:22 warning: 'b' stands twice in 'accepts'; it counts once",
      "10:16 warning: 'b' stands in 'produces' and in 'may_produce'; it counts as 'produces'",
    ],
  },
];

describe("no finding", () => {
  test.each(FINE)("$title", async ({ manifest, files, says }) => {
    expect(await diagnosed(manifest, files)).toEqual(says);
  });
});

describe("problems", () => {
  test.each(PROBLEMS)("$title", async ({ manifest, files, says }) => {
    expect(await diagnosed(manifest, files)).toEqual(says);
  });
});

describe("warnings", () => {
  test.each(WARNINGS)("$title", async ({ manifest, files, says }) => {
    expect(await diagnosed(manifest, files)).toEqual(says);
  });
});
