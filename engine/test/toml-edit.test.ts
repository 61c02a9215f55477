import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasTableEntry, tomlList, withSetting, withTableEntry } from "../src/toml/edit.ts";
import { parseToml } from "../src/toml/parse.ts";

const read = (text: string) => parseToml("config.toml", Buffer.from(text)).table;

test.each([
  { title: "an empty text", before: "", after: 'key = "new"\n' },
  { title: "a bare key", before: 'key = "old"\n', after: 'key = "new"\n' },
  { title: "no line feed at the end", before: 'key = "old"', after: 'key = "new"' },
  { title: "a quoted key", before: '"key" = "old" # why\n', after: '"key" = "new" # why\n' },
  { title: "a key in single quotes", before: "  'key'='old'\n", after: "  'key'=\"new\"\n" },
  { title: "a value of many lines", before: 'key = """\nold\n"""\na = 1\n', after: 'key = "new"\na = 1\n' },
  { title: "only a comment", before: "# mine", after: '# mine\nkey = "new"\n' },
  { title: "other keys", before: "a = 1\n\n# b\nb = 2\n", after: 'a = 1\n\n# b\nb = 2\nkey = "new"\n' },
  { title: "other keys, no line feed at the end", before: "a = 1", after: 'a = 1\nkey = "new"\n' },
  { title: "only a table", before: "[t]\nkey = 1\n", after: 'key = "new"\n\n[t]\nkey = 1\n' },
  { title: "a comment and a table", before: "# mine\n\n  [t]\n", after: 'key = "new"\n\n# mine\n\n  [t]\n' },
  {
    title: "keys, the comment of a table, the table",
    before: "a = 1 # one\n\n# about t\n[t]\nkey = 1\n",
    after: 'a = 1 # one\nkey = "new"\n\n# about t\n[t]\nkey = 1\n',
  },
  {
    title: "a value that looks like comments",
    before: 'a = """\n# no comment\n#"""\nb = "x # y"\n[t]\n',
    after: 'a = """\n# no comment\n#"""\nb = "x # y"\nkey = "new"\n[t]\n',
  },
  {
    title: "a list of many lines",
    before: "a = [ # one\n  1,\n  # two\n] # end\n[[t]]\n",
    after: 'a = [ # one\n  1,\n  # two\n] # end\nkey = "new"\n[[t]]\n',
  },
  { title: "dotted keys", before: "t.key = 1\nt.u = 2\n[v]\n", after: 't.key = 1\nt.u = 2\nkey = "new"\n[v]\n' },
  { title: "CRLF", before: "a = 1\r\n[t]\r\n", after: 'a = 1\r\nkey = "new"\r\n[t]\r\n' },
  { title: "CRLF and only a table", before: "[t]\r\n", after: 'key = "new"\r\n\r\n[t]\r\n' },
  { title: "mixed line ends", before: "a = 1\nb = 2\r\n[t]\n", after: 'a = 1\nb = 2\r\nkey = "new"\n[t]\n' },
  { title: "a byte order mark", before: "\ufeff[t]\n", after: '\ufeffkey = "new"\n\n[t]\n' },
  { title: "a byte order mark before the key", before: '\ufeffkey = "old"\n', after: '\ufeffkey = "new"\n' },
])("set in $title", async ({ before, after }) => {
  expect(await withSetting(before, "key", "new")).toBe(after);
  expect(read(after)).toEqual({ ...read(before), key: "new" });
});

test("whatever the value, it is read again as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 12 }), async (value) => {
      expect(read(await withSetting('a = 1\nkey = "old"\n', "key", value))).toEqual({ a: 1, key: value });
      expect(read(await withSetting("[t]", "key", value))).toEqual({ key: value, t: {} });
    }),
    { numRuns: 500 },
  );
  for (const value of ["\u0000\u001f", "\u007f", '"\\"', "\u0080\u2028", "C:\\temp", "a\nb"])
    expect(read(await withSetting("", "key", value))).toEqual({ key: value });
});

/** Where the value of `key` stands in a generated text. */
const HOLE = "\u0001";

const spaces = fc.constantFrom("", " ", "\t", "    ");
const comment = fc.constantFrom("", " # why", "# key = 1", '#"""', " # [t]");
const value = fc.constantFrom(
  "1",
  '"x # y"',
  "'''\n# z\n'''",
  '"""\n[no]\nkey = 1\n#"""',
  "[ # a\n 1,\n]",
  "{ key = 1 }",
  "true",
);
const line = fc.tuple(spaces, comment).map(([indent, text]) => `${indent}${text}`);

/** A pair of a key that is free to have, a value, and what may stand around them. */
const pair = (name: string) =>
  fc
    .tuple(spaces, spaces, value, comment)
    .map(([indent, gap, text, end]) => `${indent}${name}${gap}=${gap}${text}${end}`);

/** A document's own keys in any order, with comments and empty lines, with or without the key itself; then tables. */
const documents = fc
  .record({
    own: fc
      .array(fc.constantFrom("a", '"b c"', "d.key", "'e'.\"key\""), { maxLength: 4 })
      .chain((names) => fc.tuple(...[...new Set(names)].map(pair))),
    set: fc.option(
      fc
        .tuple(spaces, fc.constantFrom("key", '"key"', "'key'", '"\\u006bey"'), spaces, comment, fc.nat(4))
        .map(([indent, name, gap, end, at]) => ({ text: `${indent}${name}${gap}=${gap}${HOLE}${end}`, at })),
    ),
    lines: fc.array(fc.tuple(line, fc.nat(8)), { maxLength: 4 }),
    tables: fc.array(fc.tuple(spaces, fc.constantFrom("[t%]", "[ u%.key ]", "[[v%]]"), comment, pair("key")), {
      maxLength: 2,
    }),
    crlf: fc.boolean(),
    mark: fc.boolean(),
    end: fc.boolean(),
  })
  .map(({ own, set, lines, tables, crlf, mark, end }) => {
    const rows: string[] = [...own];
    if (set !== null) rows.splice(set.at, 0, set.text);
    for (const [index, [indent, header, after, entry]] of tables.entries())
      rows.push(`${indent}${header.replace("%", String(index))}${after}`, entry);
    for (const [text, at] of lines) rows.splice(at, 0, text);
    const text = rows.join("\n") + (end ? "\n" : "");
    return { text: (mark ? "\ufeff" : "") + (crlf ? text.replaceAll("\n", "\r\n") : text), isSet: set !== null };
  });

test("everything but the key stays, byte for byte, and again changes nothing", async () => {
  const met = { set: 0, added: 0 };
  await fc.assert(
    fc.asyncProperty(documents, fc.constantFrom("new", "a b", "x#y"), async ({ text, isSet }, wanted) => {
      const before = text.replace(HOLE, '"old"');
      const written = `"${wanted}"`;
      const after = await withSetting(before, "key", wanted);
      expect(read(after)).toEqual({ ...read(before), key: wanted });
      expect(await withSetting(after, "key", wanted)).toBe(after);
      if (isSet) {
        met.set++;
        expect(after).toBe(text.replace(HOLE, written));
        return;
      }
      met.added++;
      const newline = before.includes("\r\n") ? "\r\n" : "\n";
      const at = after.indexOf(`key = ${written}${newline}`);
      const above = after.slice(0, at);
      const below = after.slice(at + `key = ${written}${newline}`.length);
      // At most a line end before it, or an empty line below it at the top, is new with it.
      const without = [above + below, above.slice(0, -newline.length) + below, above + below.slice(newline.length)];
      expect(without).toContain(before);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(met.set, met.added)).toBeGreaterThan(100);
});

const COMMAND = { table: "agent", key: "command", value: tomlList(["x y", "--z"]) };
const TRANSCRIPT = { table: "agent", key: "transcript", value: "true", comment: "why", after: "command" };

describe.each([
  { title: "", of: (text: string) => text },
  { title: ", behind a byte order mark", of: (text: string) => `\ufeff${text}` },
  { title: ", with CRLF", of: (text: string) => text.replaceAll("\n", "\r\n") },
])("a table's entries are set$title", ({ of }) => {
  test.each([
    {
      title: "an empty text",
      before: "",
      after: '[agent]\ncommand = ["x y", "--z"]\ntranscript = true # why\n',
    },
    {
      title: "no such table, no line feed at the end",
      before: "[run]\njobs = 2",
      after: '[run]\njobs = 2\n\n[agent]\ncommand = ["x y", "--z"]\ntranscript = true # why\n',
    },
    {
      title: "a header with a comment",
      before: '# a\n[ "agent" ] # who\ntimeout = "5m" # long\n\n[run]\n',
      after:
        '# a\n[ "agent" ] # who\ncommand = ["x y", "--z"]\ntranscript = true # why\ntimeout = "5m" # long\n\n[run]\n',
    },
    {
      title: "an indented command of many lines",
      before: "[agent]\n  'command' = [ # one\n    \"old\",\n  ] # end\n  env = []\n",
      after: '[agent]\n  \'command\' = ["x y", "--z"] # end\n  transcript = true # why\n  env = []\n',
    },
    {
      title: "a header at the end of the text",
      before: "[agent]",
      after: '[agent]\ncommand = ["x y", "--z"]\ntranscript = true # why\n',
    },
    {
      title: "dotted keys",
      before: 'agent.timeout = "5m"\nartifacts_dir = "a"\n\n[run]\n',
      after:
        'agent.timeout = "5m"\nartifacts_dir = "a"\nagent.command = ["x y", "--z"]\nagent.transcript = true # why\n\n[run]\n',
    },
    {
      title: "a dotted command",
      before: '"agent" . command = ["old"]\nartifacts_dir = "a"\n',
      after: '"agent" . command = ["x y", "--z"]\n"agent" . transcript = true # why\nartifacts_dir = "a"\n',
    },
    {
      title: "an inline table",
      before: 'agent = { timeout = "5m" } # short\n',
      after: 'agent = { command = ["x y", "--z"], transcript = true, timeout = "5m" } # short\n',
    },
    {
      title: "an empty inline table",
      before: "agent = {}\n",
      after: 'agent = { command = ["x y", "--z"], transcript = true}\n',
    },
  ])("in $title", async ({ before, after }) => {
    const text = of(before);
    expect(await hasTableEntry(text, "agent", "transcript")).toBe(false);
    const edited = await withTableEntry(await withTableEntry(text, COMMAND), TRANSCRIPT);
    const lineEnd = text.includes("\n")
      ? (written: string) => written
      : (written: string) => written.replaceAll("\r", "");
    expect(edited).toBe(lineEnd(of(after)));
    const { agent, ...others } = read(edited) as Record<string, Record<string, unknown>>;
    expect(agent).toMatchObject({ command: ["x y", "--z"], transcript: true });
    const { agent: _before, ...othersBefore } = read(text);
    expect(others).toEqual(othersBefore);
    expect(await withTableEntry(await withTableEntry(edited, COMMAND), TRANSCRIPT)).toBe(edited);
  });
});
