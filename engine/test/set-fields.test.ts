import { expect, test } from "vitest";
import { fieldsOf } from "../src/deciding/set-fields.ts";

const set = (name: string, text: string) => fieldsOf(new Map([[name, text]]));

test.each([
  ["true", true],
  ["3", 3],
  ["[1, 2]", [1, 2]],
  ['{"read": true}', { read: true }],
  ['"true"', "true"],
  ["null", null],
  ["yes", "yes"],
  ["", ""],
  ["{half", "{half"],
  ["1 2", "1 2"],
  // Not one that says two things at once.
  ['{"a": 1, "a": 2}', '{"a": 1, "a": 2}'],
  ["\u{202e}gnp", "\u{202e}gnp"],
])("%j is taken as it is meant", (text, value) => {
  expect(set("risk", text)).toEqual({ risk: value });
});

test.each([
  "v",
  "project",
  "type",
  "id",
  "decision",
  "subject",
  "by",
  "at",
  "note",
  "work_unit",
  "log_head",
  "signature",
])("'%s' is runa's own", (name) => {
  expect(() => set(name, "x")).toThrow(`--set cannot set '${name}': runa fills in v, project, type, `);
});

test("what would be kept as something else is refused", () => {
  expect(() => set("budget", "9007199254740993")).toThrow(
    `--set budget: 9007199254740993 cannot be kept exactly: write it as a string, --set 'budget="9007199254740993"'`,
  );
});

test("a name that objects inherit is a property like another", () => {
  expect(JSON.stringify(set("__proto__", "1"))).toBe('{"__proto__":1}');
});
