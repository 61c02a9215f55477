import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellOption, shellWord } from "../src/output/shell.ts";

const WORDS = [
  "plain-1.2:3/4",
  "two words",
  "it's",
  "",
  '$(id) `id` \\ " ! *',
  "line\nfeed",
  "\u001b[31mred",
  "quote ' and \\ and \u202e",
  "\u{e0041}tag",
  "é e\u0301 👩‍👩‍👧",
];

test("a word is shown as it is read, whatever is in it", () => {
  for (const word of WORDS) expect(shellWord(word)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(shellWord("checkout")).toBe("checkout");
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord("a\u202eb")).toBe("$'a\\u202eb'");
});

test("a value that looks like an option is joined to its own", () => {
  expect(shellOption("--work-unit", "checkout")).toBe("--work-unit checkout");
  expect(shellOption("--work-unit", "-x")).toBe("--work-unit=-x");
});

// Where there is no bash there is none to ask.
test.runIf(spawnSync("bash", ["--version"]).status === 0)("a shell takes each word back as it was", () => {
  for (const word of WORDS) {
    const { stdout } = spawnSync("bash", ["-c", `printf %s ${shellWord(word)}`], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
    });
    expect(stdout).toBe(word);
  }
});
