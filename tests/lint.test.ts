import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RULES } from "../engine/src/methodology/lint/rules.ts";
import { LINT_FIXTURES, type LintCase, writeCase } from "./lint-fixtures.ts";
import { schemaProblems } from "./rig/envelope.ts";
import type { Ended } from "./rig/program.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";
import { describeWith } from "./shared-data.ts";

interface LintJson {
  readonly methodology: string | null;
  readonly manifest: string;
  readonly errors: number;
  readonly problems: number;
  readonly warnings: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly level: string;
    readonly file: string;
    readonly line?: number;
    readonly column?: number;
    readonly message: string;
  }[];
}

/** Lints a methodology that lies in `m`, as JSON that meets its schema. */
async function lintJson(
  directory: string,
  ...args: string[]
): Promise<{ exitCode: Ended["exitCode"]; json: LintJson }> {
  const { exitCode, stdout, stderr } = await runa(directory, "lint", "--format", "json", ...args);
  expect(stderr).toBe("");
  const json: LintJson = JSON.parse(stdout);
  expect(await schemaProblems("lint", json)).toEqual([]);
  return { exitCode, json };
}

const placed = ({ findings }: LintJson) =>
  findings.map(({ rule, level, file, line, column, message }) => ({
    rule,
    level,
    at: [file.replace(/^m\//, ""), line, column].filter((part) => part !== undefined).join(":"),
    message,
  }));

/** A scratch directory with the case in `m`. */
function written(lintCase: LintCase): Scratch {
  const scratch = new Scratch();
  mkdirSync(join(scratch.path, "m"));
  writeCase(join(scratch.path, "m"), lintCase);
  return scratch;
}

const fixture = (rule: string) => {
  const found = LINT_FIXTURES.find((one) => one.rule === rule);
  if (found === undefined) throw new Error(`no fixture breaks ${rule}`);
  return found;
};

describe.concurrent("every rule", () => {
  test("has a fixture", () => {
    expect(LINT_FIXTURES.map(({ rule, level }) => `${rule}: ${level}`)).toEqual(
      Object.entries(RULES).map(([rule, { level }]) => `${rule}: ${level}`),
    );
  });

  test.each(LINT_FIXTURES)("$rule is found, and nothing else", async ({ rule, level, broken, at, message }) => {
    using scratch = written(broken);
    const { exitCode, json } = await lintJson(scratch.path, "m");
    expect(placed(json)).toEqual([{ rule, level, at, message: expect.stringContaining(message) }]);
    expect(exitCode).toBe(level === "warning" ? 0 : 1);
  });

  test.each(LINT_FIXTURES)("$rule is not found where it is nearly broken", async ({ sound }) => {
    using scratch = written(sound);
    const { exitCode, json } = await lintJson(scratch.path, "m", "--strict");
    expect(placed(json)).toEqual([]);
    expect(exitCode).toBe(0);
  });
});

describe("docs/lint.md", () => {
  const page = readFileSync(join(CHECKOUT, "docs/lint.md"), "utf8");
  const sections = page.split(/^### /m).slice(1);

  test("has every rule, in the words of the table, with an example", () => {
    const told = sections.map((section) => {
      const [heading = "", level = "", summary = "", ...rest] = section.split(/\n+/);
      const cure = /^\*\*Cure:\*\* (.*(?:\n.+)*)/m.exec(section)?.[1];
      const examples = rest.filter((line) => line.startsWith("```")).length / 2;
      return { heading, level, summary, cure, examples: examples > 0 };
    });
    expect(told).toEqual(
      Object.entries(RULES).map(([id, { level, summary, cure }]) => ({
        heading: `\`${id}\``,
        level: `*${level}*`,
        summary,
        cure,
        examples: true,
      })),
    );
  });

  test("shows what is said of the fixture that breaks the rule", () => {
    const silent = sections.filter((section) => {
      const id = /^`([^`]+)`/.exec(section)?.[1] ?? "";
      return !section.includes(fixture(id).message);
    });
    expect(silent.map((section) => section.split("\n")[0])).toEqual([]);
  });
});

describe("what is printed", () => {
  test("for people: the place, a caret, the suggestion, the rule, and a verdict", async () => {
    using scratch = written(fixture("unknown-key").broken);
    expect(await runa(scratch.path, "lint", "m")).toEqual({
      exitCode: 1,
      signal: null,
      stderr: "",
      stdout: [
        "problem  m/manifest.toml:17:1  unknown key 'require' in protocol 'reply' — did you mean 'requires'? [unknown-key]",
        '  17 | require = ["question"]',
        "     | ^",
        "",
        "test-methodology: 2 artifact types, 1 protocol, 1 problem",
        "",
      ].join("\n"),
    });
  });

  test("where there is nothing to report, one line", async () => {
    using scratch = written({ protocols: [{ name: "reply", requires: ["question"], produces: ["answer"] }] });
    const quiet = {
      signal: null,
      stderr: "",
      stdout: "test-methodology: 2 artifact types, 1 protocol, nothing to report\n",
    };
    expect(await runa(scratch.path, "lint", "m/manifest.toml")).toEqual({ exitCode: 0, ...quiet });
  });

  test("for a schema the keyword, for instructions the word", async () => {
    using scratch = written(fixture("unknown-output").broken);
    writeFileSync(
      join(scratch.path, "m/schemas/answer.schema.json"),
      '{\r\n\t"type": "object",\r\n\t"requird": ["a"],\r\n"properties": {"a": {"type": "string"}}\r\n}\r\n',
    );
    expect((await runa(scratch.path, "lint", "m")).stdout).toBe(
      [
        "warning  m/schemas/answer.schema.json:3:2  unknown keyword 'requird' has no effect — did you mean 'required'? [misspelt-keyword]",
        '  3 |  "requird": ["a"],',
        "    |  ^",
        "",
        "warning  m/protocols/reply/PROTOCOL.md:5:19  the instructions of protocol 'reply' ask to deliver 'anwser', which is not a declared artifact type — did you mean 'answer'? [unknown-output]",
        "  5 | Then deliver the `anwser`.",
        "    |                   ^",
        "",
        "test-methodology: 2 artifact types, 1 protocol, 2 warnings",
        "",
      ].join("\n"),
    );
  });

  test("for GitHub, with everything escaped that its commands would take for their own", async () => {
    using scratch = written({ protocols: [{ name: "reply", requires: ["que,st:ion"], produces: ["answer"] }] });
    const manifest = join(scratch.path, "m/manifest.toml");
    writeFileSync(manifest, `${readFileSync(manifest, "utf8")}"10%\\n\\u001bof" = []\n`);
    const { exitCode, stdout } = await runa(scratch.path, "lint", "--format", "github", "m");
    expect(stdout).toBe(
      "::error file=m/manifest.toml,line=17,col=1,title=unknown-key::unknown key '10%25\\u{a}\\u{1b}of' in protocol 'reply'\n",
    );
    expect(exitCode).toBe(1);
    using plain = written({
      protocols: [{ name: "reply", requires: ["question"], produces: ["answer"] }],
      types: ["x"],
    });
    expect((await runa(join(plain.path, "m"), "lint", "--format=github", ".")).stdout).toBe(
      "::warning file=manifest.toml,line=10,col=8,title=unused-type::nothing uses artifact type 'x'\n",
    );
  });

  test("as SARIF 2.1.0: the rules, and each finding at its place", async () => {
    using scratch = written({
      ...fixture("misspelt-keyword").broken,
      files: { "schemas/a b.schema.json": "true" },
    });
    const { exitCode, stdout } = await runa(scratch.path, "lint", "--format", "sarif", "m");
    const log = JSON.parse(stdout);
    const { driver } = log.runs[0].tool;
    expect(Object.keys(log)).toEqual(["$schema", "version", "runs"]);
    expect(log.version).toBe("2.1.0");
    expect(driver).toEqual({ name: "runa lint", semanticVersion: "0.1.0", rules: expect.any(Array) });
    expect(driver.rules[0]).toEqual({
      id: "unloadable",
      shortDescription: { text: "The methodology cannot be loaded." },
      help: { text: expect.any(String) },
      defaultConfiguration: { level: "error" },
    });
    const indexOf = (id: string) => driver.rules.findIndex((rule: { id: string }) => rule.id === id);
    expect(log.runs).toEqual([
      {
        tool: { driver },
        columnKind: "utf16CodeUnits",
        results: [
          {
            ruleId: "misspelt-keyword",
            ruleIndex: indexOf("misspelt-keyword"),
            level: "warning",
            message: { text: "unknown keyword 'requird' has no effect — did you mean 'required'?" },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "m/schemas/answer.schema.json" },
                  region: { startLine: 3, startColumn: 3, snippet: { text: '  "requird": [' } },
                },
              },
            ],
          },
          {
            ruleId: "stray-file",
            ruleIndex: indexOf("stray-file"),
            level: "warning",
            message: { text: expect.stringContaining("'a b'") },
            locations: [{ physicalLocation: { artifactLocation: { uri: "m/schemas/a%20b.schema.json" } } }],
          },
        ],
      },
    ]);
    expect(exitCode).toBe(0);
    mkdirSync(join(scratch.path, "elsewhere"));
    const outside = await runa(join(scratch.path, "elsewhere"), "lint", "--format", "sarif", "../m");
    expect(JSON.parse(outside.stdout).runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      `file://${scratch.path}/m/schemas/answer.schema.json`,
    );
  });
});

describe("what is linted", () => {
  test("with an argument its methodology, without one the project's, from anywhere in it", async () => {
    using scratch = written(fixture("unused-type").broken);
    const none = await runa(scratch.path, "lint");
    expect(none).toMatchObject({ exitCode: 1, stdout: "" });
    expect(none.stderr).toMatch(/^error: no runa project in .*`runa lint METHODOLOGY`/);
    expect((await runa(scratch.path, "init", "--methodology", "m")).exitCode).toBe(0);
    const { json } = await lintJson(scratch.path);
    expect(placed(json)).toMatchObject([{ rule: "unused-type", at: "manifest.toml:10:8" }]);
    mkdirSync(join(scratch.path, "deep/er"), { recursive: true });
    expect((await runa(join(scratch.path, "deep/er"), "lint", "--strict")).exitCode).toBe(1);
    expect((await lintJson(join(scratch.path, "deep"), "../m")).json).toMatchObject({ warnings: 1 });
  });

  test("everything that keeps a methodology from being loaded, and what else is wrong with the manifest", async () => {
    using scratch = written({
      ...fixture("unknown-key").broken,
      files: { "schemas/answer.schema.json": '{"type": "text"}', "protocols/reply/PROTOCOL.md": null },
    });
    writeFileSync(join(scratch.path, "m/schemas/question.schema.json"), "{\n  oops\n}");
    const { exitCode, json } = await lintJson(scratch.path, "m");
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({ methodology: null, manifest: "m/manifest.toml", errors: 3, problems: 1, warnings: 0 });
    expect(placed(json).map(({ rule, at }) => `${rule} ${at}`)).toEqual([
      "unknown-key manifest.toml:17:1",
      "unloadable schemas/question.schema.json:2:3",
      "unloadable schemas/answer.schema.json:1:10",
      "unloadable protocols/reply/PROTOCOL.md",
    ]);
    expect((await runa(scratch.path, "init", "--methodology", "m")).stderr).toMatch(/^error: 3 errors, 1 problem\n/);
    const missing = await lintJson(scratch.path, "nowhere");
    expect(placed(missing.json)).toMatchObject([{ rule: "unloadable", at: "nowhere" }]);
    expect(missing.exitCode).toBe(1);
  });

  test("what is wrong in the schemas that could be loaded, beside what keeps the methodology from being loaded", async () => {
    using scratch = written({
      ...fixture("misspelt-keyword").broken,
      files: { ...fixture("misspelt-keyword").broken.files, "protocols/reply/PROTOCOL.md": null },
    });
    const { json } = await lintJson(scratch.path, "m");
    expect(json).toMatchObject({ methodology: null, errors: 1, problems: 0, warnings: 1 });
    expect(json.findings.map(({ rule }) => rule)).toEqual(["unloadable", "misspelt-keyword"]);
  });

  test("another format is wrong usage, and so is an empty path", async () => {
    using scratch = written(fixture("unused-type").sound);
    const { exitCode, stdout, stderr } = await runa(scratch.path, "lint", "--format", "yaml", "m");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^error: --format must be one of text, json, github, sarif, not 'yaml'\n/);
    const empty = await runa(scratch.path, "lint", "");
    expect(empty).toMatchObject({ exitCode: 1, stdout: "" });
    expect(empty.stderr).toMatch(/^error: METHODOLOGY is empty: /);
  });

  test("nothing is written where there is no project", async () => {
    using scratch = written(fixture("unused-type").sound);
    await runa(scratch.path, "lint", "m");
    expect(existsSync(join(scratch.path, ".runa"))).toBe(false);
    expect(readdirSync(scratch.path)).toEqual(["m"]);
  });
});

describe("doctor", () => {
  test("shows the findings with their rules, and a cycle once", async () => {
    using scratch = written(fixture("hard-cycle").broken);
    await runa(scratch.path, "init", "--methodology", "m");
    const { exitCode, stdout } = await runa(scratch.path, "doctor", "--health");
    expect(stdout).toContain(
      [
        "Cycles",
        `  problem  m/manifest.toml:14:13  ${fixture("hard-cycle").message} [hard-cycle]`,
        '    14 | requires = ["egg"]',
        "       |             ^",
        "",
        "1 problem",
        "",
      ].join("\n"),
    );
    expect(stdout).toContain("Methodology\n  nothing to report\n");
    expect(exitCode).toBe(1);
  });

  test("--health leaves out what protocols lack", async () => {
    using scratch = written(fixture("unused-type").sound);
    await runa(scratch.path, "init", "--methodology", "m");
    const all = await runa(scratch.path, "doctor");
    expect(all.exitCode).toBe(1);
    expect(all.stdout).toContain("Readiness\n  problem  reply lacks question (missing)\n");
    const health = await runa(scratch.path, "doctor", "--health");
    expect(health.exitCode).toBe(0);
    expect(health.stdout).toMatch(/\nhealthy\n$/);
    expect(health.stdout).not.toContain("Readiness");
    mkdirSync(join(scratch.path, ".runa/workspace/question"));
    writeFileSync(join(scratch.path, ".runa/workspace/question/q.json"), "{}");
    expect((await runa(scratch.path, "doctor", "--health")).exitCode).toBe(1);
  });
});

test.each([
  ["review-pipeline", "6 artifact types, 4 protocols"],
  ["gated-change", "11 artifact types, 4 protocols"],
  ["gated-runbook", "7 artifact types, 3 protocols"],
])("of the methodologies that runa brings along, %s has nothing to report", async (name, size) => {
  const { exitCode, stdout } = await runa(CHECKOUT, "lint", "--strict", join("methodologies", name));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${name}: ${size}, nothing to report\n` });
});

describeWith("real methodologies", "real-methodologies", (directory) => {
  // One is there to be refused.
  test.each(readdirSync(directory).filter((name) => name !== "red-tree-refused"))(
    "%s has nothing to report",
    async (name) => {
      const { exitCode, json } = await lintJson(join(directory, name), "--strict", "methodology");
      expect({ exitCode, found: placed(json) }).toEqual({ exitCode: 0, found: [] });
    },
  );
});
