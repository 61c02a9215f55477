import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DiagnosticsError } from "../src/diagnostic.ts";
import { loadMethodology, manifestPath } from "../src/methodology/methodology.ts";
import { triggerText } from "../src/methodology/trigger.ts";
import { Disk } from "./support/disk.ts";
import {
  diagnose,
  diagnosed,
  HEAD,
  layOut,
  loaded,
  MEMORY,
  manifestDiagnostics,
  P,
  USE_B,
} from "./support/manifest.ts";

const MANIFEST = `${HEAD}${P}${USE_B}`;

test("what a manifest declares, and what it leaves out", async () => {
  const { name, types, protocols } = await loaded(`name = "review"
[[artifact_types]]
name = "a"
[[artifact_types]]
name = "b"
[[artifact_types]]
name = "c"
[[artifact_types]]
name = "d"
[[protocols]]
name = "p"
requires = ["a", "a"]
accepts = ["b", "a"]
produces = ["b"]
may_produce = ["b"]
scoped = true
trigger = { type = "on_change", name = "a" }
[[protocols.required_output_choices]]
name = "verdict"
members = ["c", "d"]
[[protocols]]
name = "q"
trigger = { type = "on_invalid", name = "b" }
`);
  expect(name).toBe("review");
  expect([...types.keys()]).toEqual(["a", "b", "c", "d"]);
  const [p, q] = protocols;
  expect(p).toMatchObject({
    ...{ name: "p", requires: ["a"], accepts: ["b"], produces: ["b"], mayProduce: [], scoped: true },
    choices: [{ name: "verdict", members: ["c", "d"] }],
    trigger: { type: "on_change", name: "a" },
    instructions: "Do p.\n",
  });
  expect(q).toMatchObject({
    ...{ name: "q", requires: [], accepts: [], produces: [], mayProduce: [], choices: [], scoped: false },
    trigger: { type: "on_invalid", name: "b" },
  });
});

test("a trigger's text form, nested to any depth", async () => {
  const { protocols } = await loaded(`${HEAD}[[protocols]]
name = "p"
trigger = { type = "all_of", conditions = [
  { type = "on_artifact", name = "a" },
  { type = "any_of", conditions = [{ type = "on_change", name = "b" }, { type = "on_invalid", name = "a" }] },
  { type = "all_of", conditions = [] },
] }
`);
  expect(protocols.map(({ trigger }) => triggerText(trigger))).toEqual([
    "all_of(on_artifact(a), any_of(on_change(b), on_invalid(a)), all_of())",
  ]);
});

const SPELLINGS: readonly { what: string; manifest: string | Uint8Array }[] = [
  {
    what: "tables",
    manifest: `${HEAD}[[protocols]]\nname = "p"\naccepts = ["b"]\n[protocols.trigger]\ntype = "on_artifact"\nname = "a"\n`,
  },
  {
    what: "dotted keys",
    manifest: `${HEAD}[[protocols]]\nname = "p"\naccepts = ["b"]\ntrigger.type = "on_artifact"\ntrigger.name = "a"\n`,
  },
  {
    what: "quoted keys",
    manifest: `${HEAD}[['protocols']]\n"name" = "p"\n'accepts' = ["b"]\n"trigger" = { "type" = "on_artifact", 'name' = "a" }\n`,
  },
  {
    what: "one inline list",
    manifest: `${HEAD}protocols = [{ name = "p", accepts = ["b"], trigger = { type = "on_artifact", name = "a" } }]`,
  },
  { what: "CRLF", manifest: MANIFEST.replaceAll("\n", "\r\n") },
  { what: "a byte order mark", manifest: `\ufeff${MANIFEST}` },
  { what: "a byte order mark and CRLF", manifest: `\ufeff${MANIFEST.replaceAll("\n", "\r\n")}` },
  { what: "no line feed at the end", manifest: MANIFEST.trimEnd() },
];

test.each(SPELLINGS)("spelt with $what it is the same", async ({ manifest }) => {
  const [expected] = (await loaded(MANIFEST)).protocols;
  const { protocols } = await loaded(manifest);
  expect(protocols).toEqual([expected]);
});

test.each([
  { what: "LF", change: (text: string) => text },
  { what: "CRLF", change: (text: string) => text.replaceAll("\n", "\r\n") },
  { what: "a byte order mark", change: (text: string) => `\ufeff${text}` },
  { what: "an emoji before it", change: (text: string) => text.replace("# what", "# \u{1f600} what") },
])("places and lines are right with $what", async ({ change }) => {
  const found = await diagnose(change(`${MANIFEST}require = ["a"]\n  require2 = []`));
  expect(found.map(({ position }) => position)).toEqual([
    { line: 8, column: 1, text: 'require = ["a"]' },
    { line: 9, column: 3, text: "  require2 = []" },
  ]);
});

test("a directory means its manifest.toml", async () => {
  using disk = new Disk();
  const file = layOut(disk, MANIFEST);
  expect(manifestPath(disk.path)).toBe(file);
  expect(manifestPath(file)).toBe(file);
  expect(manifestPath(disk.at("nowhere"))).toBe(disk.at("nowhere"));
  expect((await loadMethodology(manifestPath(disk.path), MEMORY)).name).toBe("m");
});

async function refusal(file: string): Promise<string[]> {
  try {
    await loadMethodology(manifestPath(file));
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics.map(({ file: at, message }) => `${at}: ${message}`);
    throw error;
  }
  return [];
}

test("a manifest that is not there, or no file", async () => {
  using disk = new Disk();
  disk.write({ "manifest.toml": null });
  const cannot = "the methodology's manifest cannot be read";
  const cure = "name a manifest.toml, or the directory that holds it";
  expect(await refusal(disk.at("none.toml"))).toEqual([
    `${disk.at("none.toml")}: ${cannot}: no such file or directory; ${cure}`,
  ]);
  expect(await refusal(disk.path)).toEqual([`${disk.at("manifest.toml")}: ${cannot}: a directory; ${cure}`]);
  writeFileSync(disk.at("file"), "");
  expect(await refusal(disk.at("file/manifest.toml"))).toEqual([
    `${disk.at("file/manifest.toml")}: ${cannot}: not a directory; ${cure}`,
  ]);
});

test.each([
  ["bytes that are no UTF-8", Uint8Array.of(0x6e, 0xff), "- error: not valid UTF-8: save the file as UTF-8"],
  ["UTF-16", Buffer.from("\ufeffname = 1", "utf16le"), "- error: not valid UTF-8: save the file as UTF-8"],
  ["a NUL", "name = \u0000", "1:8 error: not TOML: "],
  ["JSON", '{ "name": "m" }', "1:1 error: not TOML: "],
] as const)("%s is one clear error", async (_what, manifest, says) => {
  const found = await diagnosed(manifest);
  expect(found).toHaveLength(1);
  expect(found[0]?.slice(0, says.length)).toBe(says);
});

test("names that a careless lookup would find on any object are names like others", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const manifest = `name = "__proto__"
artifact_types = [${names.map((name) => `{ name = "${name}" }`).join(", ")}]

${names
  .map(
    (name, index) =>
      `[[protocols]]\nname = "${name}"\nrequires = ["${name}"]\nproduces = ["${names[(index + 1) % 4]}"]\ntrigger = { type = "on_artifact", name = "${name}" }\n`,
  )
  .join("")}[__proto__]\nconstructor = 1\n`;
  const files = Object.fromEntries(
    names.flatMap((name) => [
      [`schemas/${name}.schema.json`, '{"properties":{"__proto__":{"type":"string"}}}'],
      [`protocols/${name}/PROTOCOL.md`, `Do ${name}.`],
    ]),
  );
  const methodology = await loaded(manifest, files);
  expect([...methodology.types.keys()]).toEqual(names);
  expect(methodology.protocols.map(({ name, instructions }) => `${name}: ${instructions}`)).toEqual(
    names.map((name) => `${name}: Do ${name}.`),
  );
  expect(await manifestDiagnostics(methodology)).toEqual(
    // A circle of triggers that nothing enters.
    names.map((name) =>
      expect.objectContaining({ severity: "warning", message: expect.stringContaining(`'${name}'`) }),
    ),
  );
});

test("a name in its composed and its decomposed form is two names", async () => {
  const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
  const manifest = `name = "m"\nartifact_types = [{ name = "${composed}" }, { name = "${decomposed}" }]\n\n${P.replaceAll('"a"', `"${composed}"`)}accepts = ["${decomposed}"]\n`;
  const files = { [`schemas/${composed}.schema.json`]: "{}", [`schemas/${decomposed}.schema.json`]: "true" };
  const { types } = await loaded(manifest, files);
  expect([...types].map(([name, { schema }]) => [name, schema])).toEqual([
    [composed, {}],
    [decomposed, true],
  ]);
});

test("a protocol's fingerprint follows its declaration, its instructions and its schemas, and nothing else", async () => {
  const more = `${MANIFEST}[[protocols]]\nname = "q"\ntrigger = { type = "on_artifact", name = "a" }\n`;
  const printOf = async (...args: Parameters<typeof loaded>) => {
    const protocol = (await loaded(...args)).protocols.find(({ name }) => name === "p");
    return protocol?.fingerprint;
  };
  const usual = await printOf(more);
  expect(await printOf(`# a comment\n${more}`)).toBe(usual);
  expect(await printOf(more.replace('name = "m"', 'name = "n"'))).toBe(usual);
  expect(await printOf(more, { "protocols/q/PROTOCOL.md": "Do q otherwise.\n" })).toBe(usual);
  expect(await printOf(more, { "schemas/b.schema.json": " { } " })).toBe(usual);
  const others = await Promise.all([
    printOf(more.replace('accepts = ["b"]', "accepts = []")),
    printOf(more.replace('"on_artifact", name = "a"', '"on_change", name = "a"')),
    printOf(more, { "protocols/p/PROTOCOL.md": "Do p otherwise.\n" }),
    printOf(more, { "schemas/a.schema.json": '{"type":"object"}' }),
    printOf(more, { "schemas/b.schema.json": '{"type":"object"}' }),
  ]);
  expect(new Set([usual, ...others]).size).toBe(6);
});

test("tables of one's own hold whatever TOML knows", async () => {
  const { types, document, findings } = await loaded(`${MANIFEST}
[meta]
ids = [9007199254740993, 9223372036854775807, -9223372036854775808, 0xffffffffffffff]
floats = [1e400, -inf, nan, 0.1, 6.02e23]
dates = [1979-05-27T07:32:00.999999Z, 1979-05-27T07:32:00, 1979-05-27, 07:32:00]
[[mechanics]]
deep = { a.b = { c = [[1], ["x"], [{}]] } }
`);
  expect([...types.keys()]).toEqual(["a", "b"]);
  expect(findings).toEqual([]);
  expect(document.table).toMatchObject({
    meta: { ids: [9007199254740993n, 9223372036854775807n, -9223372036854775808n, 72057594037927935n] },
  });
});

test("beside such a table what is wrong is still told with its place", async () => {
  expect(await diagnosed(`${MANIFEST}color = 1\n[meta]\nid = 9223372036854775807\nat = 07:32:00\n`)).toEqual([
    expect.stringMatching(/^8:1 problem: unknown key 'color'/),
  ]);
});
