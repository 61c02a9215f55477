import { parseJson } from "@runa/store/json";
import fc from "fast-check";
import { expect, test } from "vitest";
import { humanised, prose } from "../src/plan/prose.ts";

test.each([
  ["title", "Title"],
  ["acceptance_criteria", "Acceptance criteria"],
  ["acceptance-criteria", "Acceptance criteria"],
  ["acceptanceCriteria", "Acceptance criteria"],
  ["AcceptanceCriteria", "Acceptance criteria"],
  ["work_unit", "Work unit"],
  ["userID", "User ID"],
  ["URL", "URL"],
  ["step2Result", "Step2 result"],
  ["größe", "Größe"],
  ["a*b`c", "A\\*b\\`c"],
  ["", '""'],
  ["__", '"__"'],
  ["a\nb", "A\\u{a}b"],
])("the key %j reads %s", (key, words) => {
  expect(humanised(key)).toBe(words);
});

test.each([
  { title: "a text", json: '"Ship it."', lines: ["Ship it."] },
  { title: "a number with every digit that it has", json: "9007199254740993", lines: ["9007199254740993"] },
  {
    title: "yes, no and nothing",
    json: '[true, false, null, ""]',
    lines: ["1. yes", "2. no", "3. (none)", "4. (empty)"],
  },
  { title: "an empty object", json: "{}", lines: ["(none)"] },
  { title: "an empty list", json: "[]", lines: ["(none)"] },
  {
    title: "keys humanised, nested lists numbered",
    json: '{"title":"Login","acceptance_criteria":["fast",{"given":"a user","then":["in","greeted"]}],"owner":{},"n":1.50}',
    lines: [
      "- **Title:** Login",
      "- **Acceptance criteria:**",
      "   1. fast",
      "   2.",
      "      - **Given:** a user",
      "      - **Then:**",
      "         1. in",
      "         2. greeted",
      "- **Owner:** (none)",
      "- **N:** 1.5",
    ],
  },
  {
    title: "lists in lists",
    json: "[[1,[2]],[]]",
    lines: ["1.", "   1. 1", "   2.", "      1. 2", "2. (none)"],
  },
  {
    title: "several lines are quoted",
    json: '{"note":"# Not a heading\\r\\n\\nText\\n===","list":["a\\nb"]}',
    lines: [
      "- **Note:**",
      "   > # Not a heading",
      "   > ",
      "   > Text",
      "   > ===",
      "- **List:**",
      "   1.",
      "      > a",
      "      > b",
    ],
  },
  { title: "several lines on their own", json: '"# One\\n---"', lines: ["> # One", "> ---"] },
  {
    title: "what would begin a block is escaped",
    json: '["# a","  ## b","- c","+ d","* e","1. f","2) g","> h","===","---","```","~~~","| i |","<h1>j</h1>","<!-- k"]',
    lines: [
      "1. \\# a",
      "2.   \\## b",
      "3. \\- c",
      "4. \\+ d",
      "5. \\* e",
      "6. 1\\. f",
      "7. 2\\) g",
      "8. \\> h",
      "9. \\===",
      "10. \\---",
      "11. \\```",
      "12. \\~~~",
      "13. \\| i |",
      "14. \\<h1>j</h1>",
      "15. \\<!-- k",
    ],
  },
  {
    title: "a number that is not a list's stays as it is",
    json: '["1.5 times","2024","3.14. Pi"]',
    lines: ["1. 1.5 times", "2. 2024", "3. 3.14. Pi"],
  },
  {
    title: "control and bidirectional characters are made visible, in keys too",
    json: '{"a\\u202eb":"c\\u001b[2Jd\\u2028e"}',
    lines: ["- **A\\u{202e}b:** c\\u{1b}[2Jd\\u{2028}e"],
  },
])("prose: $title", ({ json, lines }) => {
  const { value, exact = value } = parseJson(json);
  expect(prose(exact).split("\n")).toEqual(lines);
});

test("a person is shown each value as it is, and nothing that a terminal would obey", () => {
  const lines = ["-rf /tmp/x", "# a", "1. b", "`c`", "a\\b", "*d*\u001b[2J\u202e", "- e\n# f"];
  expect(prose({ command: lines, "a*b`c": "> g" }, "person").split("\n")).toEqual([
    "- **Command:**",
    "   1. -rf /tmp/x",
    "   2. # a",
    "   3. 1. b",
    "   4. `c`",
    "   5. a\\b",
    "   6. *d*\\u{1b}[2J\\u{202e}",
    "   7.",
    "      > - e",
    "      > # f",
    "- **A*b`c:** > g",
  ]);
});

const PIECES = [
  ..."# ## ###### = === - -- --- > ` ``` ~~~ * ** _ ___ | + 1. 12) 1234567890. < <h1> </h2> <!-- [a]: \\ : a Instructions".split(
    " ",
  ),
  ...[
    " ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\v",
    "\u0085",
    "\u2028",
    "\u2029",
    "\u200b",
    "\u00a0",
    "## Instructions\n",
  ],
];
const hostile = fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join(""));

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 4, arbitrary: hostile },
    { weight: 1, arbitrary: fc.constantFrom(null, true, 0, -1.5) },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 12 }) },
    { weight: 2, arbitrary: fc.dictionary(hostile, tie("value"), { maxKeys: 4 }) },
  ),
})).value;

/** What a line of Markdown holds below the lists that it stands in. */
function insideLists(line: string): string {
  const rest = line.replace(/^[ \t]+/, "").replace(/^(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$)/, "");
  return rest === line ? rest : insideLists(rest);
}

/** What would begin a heading, underline the line above as one, or swallow the headings that follow. */
const HEADING = /^#{1,6}(?:\s|$)|^=+\s*$|^-+\s*$|^<\/?[a-z]|^<!--/i;
const CONTROL = /(?!\t)[\p{Cc}\u2028\u2029]/u;
const FENCE = /^(?:```|~~~)/;

test("whatever an artifact holds, no line of it is a heading or changes what follows", () => {
  fc.assert(
    fc.property(values, (value) => {
      const harmful = prose(value)
        .split("\n")
        .filter((line) => {
          const inside = insideLists(line);
          return CONTROL.test(line) || HEADING.test(inside) || FENCE.test(inside);
        });
      expect(harmful).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test.each(["agent", "person"] as const)("below the top every line is an entry or a quotation, for a %s", (reader) => {
  fc.assert(
    fc.property(fc.dictionary(hostile, values, { minKeys: 1, maxKeys: 4 }), (object) => {
      const others = prose(object, reader)
        .split("\n")
        .filter((line) => !/^ *(?:- \*\*.*:\*\*|\d+\.)(?: |$)|^ +> /.test(line));
      expect(others).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("the deepest artifact that is read is told in full", () => {
  const depth = 500;
  const lines = prose(JSON.parse(`${"[".repeat(depth)}7${"]".repeat(depth)}`)).split("\n");
  expect(lines).toHaveLength(depth);
  expect(lines.at(-1)?.trim()).toBe("1. 7");
});
