import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../engine/src/project/config.ts";
import { parseToml } from "../engine/src/toml/parse.ts";
import { loadSchemaCompiler } from "../store/src/entries/schema.ts";
import type { JsonSchema } from "../store/src/index.ts";
import { fencesOf } from "./markdown.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { Scratch } from "./rig/scratch.ts";

const SCHEMA = readFileSync(join(CHECKOUT, "schemas/config.schema.json"), "utf8");
const validate = await (await loadSchemaCompiler())(JSON.parse(SCHEMA) as JsonSchema);

/** Whether the published schema, and whether the reader, take a text as a configuration. */
async function verdicts(text: string): Promise<{ schema: boolean; reader: boolean }> {
  using scratch = new Scratch();
  const file = join(scratch.path, "config.toml");
  writeFileSync(file, text);
  const problems = await validate(parseToml(file, Buffer.from(text)).table);
  const reader = await readConfig(file).then(
    () => true,
    () => false,
  );
  return { schema: problems.length === 0, reader };
}

/** The TOML blocks of the pages that are, or show a part of, a configuration. */
const DOCUMENTED = readdirSync(join(CHECKOUT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .flatMap((name) => {
    const fences = fencesOf(readFileSync(join(CHECKOUT, "docs", name), "utf8"));
    const configs = fences.filter(
      ({ language, text }) => language === "toml" && /^\[(agents?|protocols|run|logging|approvals)\b/m.test(text),
    );
    return configs.map(({ line, text, file }) => ({ place: `${name}:${line}`, text, right: file !== "slip.toml" }));
  });

test("the pages show configurations, a wrong one among them", () => {
  expect(DOCUMENTED.length).toBeGreaterThan(4);
  expect(DOCUMENTED.filter(({ right }) => !right)).toHaveLength(1);
});

test.each(DOCUMENTED)("what $place shows is taken as it says", async ({ text, right }) => {
  const whole = text.includes("methodology_path") ? text : `methodology_path = "m"\n${text}`;
  expect(await verdicts(whole)).toEqual({ schema: right, reader: right });
});

test.each([
  'agent = { command = ["a", ""] }',
  'agents.x = { timeout = "", idle_timeout = "0.5h" }',
  'protocols."a b" = { exclusive = true, env = [], spare = [] }',
  'agents.a = {}\nprotocols.p = { agent = "a", env = "inherit" }',
  "run = { jobs = 1, max_attempts = 0, max_cost_usd = 0.01, max_reopens = 0 }",
  'run.time_limit = "90m"',
  'history.lockfile = "locks/runa.lock"',
  'approvals = { people = "../people.toml", required = true }',
  "approvals.required = false",
  'history.keep = "90d"',
  'history = { keep = "12w", lockfile = "runa.lock" }',
  'history.keep = "all"',
  'history.keep = "none"',
])("both take %s", async (line) => {
  expect(await verdicts(`methodology_path = "m"\n${line}\n`)).toEqual({ schema: true, reader: true });
});

test.each([
  "agent = []",
  'history = { lock = "runa.lock" }',
  "history.lockfile = true",
  "approvals.required = true",
  "approvals.people = []",
  'approvals = { people = "p.toml", required = "yes" }',
  'approvals.keys = "p.toml"',
  'history.keep = "90"',
  'history.keep = "0d"',
  'history.keep = "2h"',
  "history.keep = 90",
  "agent.command = []",
  'agent.command = [""]',
  'agent.command = ["a", 1]',
  'agent.command = ["a", "\\u0000"]',
  'agent.comand = ["a"]',
  'agent.agent = "a"',
  "agent.timeout = 45",
  'agent.timeout = "45"',
  'agent.timeout = "0s"',
  'agent.timeout = "1d"',
  'agent.timeout = "1h30m"',
  'agent.backoff = ""',
  "agent.attempts = 0",
  "agent.attempts = 1.5",
  'agent.transcript = "yes"',
  'agent.output_limit = "64MiB"',
  'agent.output_limit = "0MB"',
  'agent.env = "inherits"',
  'agent.env = ["A=1"]',
  'agent.env = [""]',
  'agent.spare = "gradle"',
  'agent.spare = ["/bin/java"]',
  "agents = 1",
  "agents.a = 1",
  'agents.a.idletimeout = "1m"',
  "protocols.p.exclusive = 1",
  'protocols.p.agent = ""',
  "protocols.p.limit = 1",
  "run.jobs = 0",
  "run.max_attempts = -1",
  "run.max_cost_usd = -0.1",
  "run.max_reopens = 1.5",
  'run.time_limit = "soon"',
  "run.attempts = 1",
  'logging.format = "JSON"',
  'logging.filter = ""',
  'artifacts_dir = "a\\u0000b"',
])("both refuse %s", async (line) => {
  expect(await verdicts(`methodology_path = "m"\n${line}\n`)).toEqual({ schema: false, reader: false });
});

test.each([
  { line: 'protocols.p.agent = "nobody"', why: "which agents there are" },
  { line: 'agent.timeout = "597h"', why: "the longest duration" },
  { line: 'agent.backoff = "11m"', why: "the longest pause" },
])("only the reader knows $why", async ({ line }) => {
  expect(await verdicts(`methodology_path = "m"\n${line}\n`)).toEqual({ schema: true, reader: false });
});
