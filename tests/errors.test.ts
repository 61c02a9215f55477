import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure } from "../cli/src/render/failure.ts";
import { errorsPage, MESSAGE_FILES, messagesOf } from "../scripts/errors.mjs";
import { CHECKOUT } from "./rig/programs.ts";

/** What is thrown to be told to people. */
const ERRORS =
  "RunaError|UsageError|RefusedError|StoreError|NotSavedError|SchemaError|UnservableError|UnsafeDirectoryError";
/** An error whose text stands where it is thrown. A string without a space is a reason's id, or what says where. */
const OWN_TEXT = new RegExp(`new (?:${ERRORS})\\(\\s*(?:"\\w+",\\s*)?(?:"[^"\\n]* |'[^'\\n]* |\`)`, "g");

function sourcesBeside(messages: string): { file: string; text: string }[] {
  const directory = dirname(join(CHECKOUT, messages));
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "messages.ts")
    .map((file) => ({ file, text: readFileSync(join(directory, file), "utf8") }));
}

test("docs/errors.md is what the messages make: `node scripts/errors.mjs` writes it", async () => {
  expect(readFileSync(join(CHECKOUT, "docs/errors.md"), "utf8")).toBe(await errorsPage());
});

test("an error with a text of its own is seen", () => {
  const own = [
    'new StoreError("it is gone")',
    "new RunaError(\n  `no ${name}`)",
    'new RefusedError("not_there", `no ${name}`)',
  ];
  expect(own.filter((text) => text.match(OWN_TEXT) === null)).toEqual([]);
  expect('new RefusedError("not_there", refusedNotThere(type, id))').not.toMatch(OWN_TEXT);
});

test("what the system refuses is said once, with the path and the system's code", () => {
  const refused = Object.assign(new Error("EACCES: permission denied, open '/some/file'"), {
    code: "EACCES",
    path: "/some/file",
  });
  expect(failure(refused)).toBe("error: /some/file cannot be used: permission denied (EACCES)\n");
  const rarer = "EXDEV: cross-device link not permitted, rename '/a' -> '/b'";
  expect(failure(Object.assign(new Error(rarer), { code: "EXDEV", path: "/a" }))).toBe(`error: ${rarer}\n`);
  expect(failure(Object.assign(new Error("spawn E2BIG"), { code: "E2BIG" }))).toBe("error: spawn E2BIG\n");
});

describe.each(MESSAGE_FILES)("$file", ({ file }) => {
  const sources = sourcesBeside(file);

  test("holds every message once, says of each when it is said, and is whole on the page", async () => {
    const told = (await messagesOf(file)).flatMap(({ messages }) => messages);
    const declared = [...readFileSync(join(CHECKOUT, file), "utf8").matchAll(/^export const (\w+)/gm)];
    expect(told.map(({ name }) => name)).toEqual(declared.map(([, name]) => name));
    expect(told.filter((message) => !/[.!?]$/.test(message.told)).map(({ name }) => name)).toEqual([]);
    expect(told.filter(({ text }) => text === "" || text.includes("undefined")).map(({ name }) => name)).toEqual([]);
    const texts = told.map(({ text }) => text);
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });

  test("has no message that nobody says", async () => {
    const names = (await messagesOf(file)).flatMap(({ messages }) => messages.map(({ name }) => name));
    const isSaid = (name: string) => sources.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text));
    expect(names.filter((name) => !isSaid(name))).toEqual([]);
  });

  test("has every text: no error brings one along from where it is thrown", () => {
    const own = sources.flatMap(({ file, text }) => (text.match(OWN_TEXT) ?? []).map((found) => `${file}: ${found}`));
    expect(own).toEqual([]);
  });
});
