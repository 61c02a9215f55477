import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPeople } from "../engine/src/people/people-file.ts";
import { parseToml } from "../engine/src/toml/parse.ts";
import { loadSchemaCompiler } from "../store/src/entries/schema.ts";
import type { JsonSchema } from "../store/src/index.ts";
import { fencesOf } from "./markdown.ts";
import { CHECKOUT } from "./rig/programs.ts";

const SCHEMA = readFileSync(join(CHECKOUT, "schemas/people.schema.json"), "utf8");
const validate = await (await loadSchemaCompiler())(JSON.parse(SCHEMA) as JsonSchema);
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJHvehW+4UN0Y5JTd2T28+CcNyp9Jydevpn6tsRfSc7F";

/** Whether the published schema, and whether the reader, take a text as a file of people. */
async function verdicts(text: string): Promise<{ schema: boolean; reader: boolean }> {
  const bytes = Buffer.from(text);
  const problems = await validate(parseToml("people.toml", bytes).table);
  const reader = await readPeople("people.toml", bytes).then(
    () => true,
    () => false,
  );
  return { schema: problems.length === 0, reader };
}

const [documented = ""] = fencesOf(readFileSync(join(CHECKOUT, "docs/config.md"), "utf8"))
  .filter(({ language, text }) => language === "toml" && /^\[people\./m.test(text))
  .map(({ text }) => text);

test.each([
  documented,
  "",
  "[people.anna]",
  `people.a.keys = [{ key = "${KEY} a comment", valid_after = 2026-01-01, valid_before = 2026-06-01T00:00:00Z }]`,
  'people."Ä b".git = ["Ä. B.", "ä@b"]',
  'people.a = { roles = ["legal"], may = ["read", "run"] }',
])("both take %s", async (text) => {
  expect(await verdicts(text)).toEqual({ schema: true, reader: true });
});

test.each([
  "person = {}",
  "people = []",
  "people.a = 1",
  'people."a*" = {}',
  'people."" = {}',
  'people."-a" = {}',
  "people.a.name = 1",
  'people.a.git = "A"',
  'people.a.git = ["A?"]',
  'people.a.git = [" A"]',
  'people.a.git = ["A", "A"]',
  `people.a.keys = ["${KEY}"]`,
  "people.a.keys = [{}]",
  `people.a.keys = [{ key = "cert-authority ${KEY}" }]`,
  'people.a.keys = [{ key = "ssh-dss AAAA" }]',
  `people.a.keys = [{ key = "${KEY}", until = 2026-01-01 }]`,
  'people.a.roles = ["*"]',
  'people.a.may = ["write"]',
  'people.a.token_sha256 = "abc"',
])("both refuse %s", async (text) => {
  expect(await verdicts(text)).toEqual({ schema: false, reader: false });
});

test.each([
  { text: 'people.a.git = ["A"]\npeople.b.git = ["A"]', why: "whose a name is already" },
  { text: 'people.a.keys = [{ key = "ssh-ed25519 AAAA" }]', why: "what a key holds" },
  { text: `people.a.keys = [{ key = "${KEY}", valid_after = 2026-02-30 }]`, why: "the calendar" },
])("only the reader knows $why", async ({ text }) => {
  expect(await verdicts(text)).toEqual({ schema: true, reader: false });
});
