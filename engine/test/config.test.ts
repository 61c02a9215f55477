import { describe, expect, test } from "vitest";
import { readConfig } from "../src/project/config.ts";
import { diagnosed } from "./support/config.ts";
import { Disk } from "./support/disk.ts";

test("a whole configuration", async () => {
  using made = new Disk();
  made.write({
    "config.toml": `methodology_path = "../m/manifest.toml"
artifacts_dir = "artifacts"
[logging]
format = "json"
filter = "info,runa_mcp=off"
[agent]
command = ["runa-agent", "rehearse", ""]
`,
  });
  expect(await readConfig(made.at("config.toml"))).toMatchObject({
    file: made.at("config.toml"),
    methodologyPath: "../m/manifest.toml",
    artifactsDir: "artifacts",
    logging: { format: "json", filter: "info,runa_mcp=off" },
    agent: { command: ["runa-agent", "rehearse", ""] },
  });
});

test.each([null, ""])("what is not said is not there: %j", async (text) => {
  using made = new Disk();
  if (text !== null) made.write({ "config.toml": text });
  expect(await readConfig(text === null ? null : made.at("config.toml"))).toMatchObject({
    ...{ methodologyPath: null, artifactsDir: null, agent: { command: null } },
    logging: { format: "text", filter: null },
  });
});

describe("what is wrong in a configuration, all of it at once", () => {
  test.each([
    { title: "TOML syntax", text: "methodology_path = x\n", says: ["1:20 error: not TOML: invalid value"] },
    {
      title: "unknown keys, with what was probably meant",
      text: 'methodology = "x"\nartefacts_dir = "y"\n[logging]\nlevel = "info"\nfilters = "info"\n[agent]\ncomand = ["x"]\n[agnet]\n[other.thing]\n',
      says: [
        "1:1 error: unknown key 'methodology' in the config",
        "2:1 error: unknown key 'artefacts_dir' in the config — did you mean 'artifacts_dir'?",
        "4:1 error: unknown key 'level' in [logging]",
        "5:1 error: unknown key 'filters' in [logging] — did you mean 'filter'?",
        "7:1 error: unknown key 'comand' in [agent] — did you mean 'command'?",
        "8:2 error: unknown key 'agnet' in the config — did you mean 'agent'?",
        "9:2 error: unknown key 'other' in the config",
      ],
    },
    {
      title: "an integer that no double holds",
      text: "[run]\njobs = 9223372036854775807\n",
      says: ["2:8 error: 'jobs' must be a whole number, 1 or more, not 9223372036854775807"],
    },
    {
      title: "unknown keys in other spellings",
      text: '"methodology path" = "x"\nlogging.levels = 1\nagent = { cmd = [], command = ["x"] }\n',
      says: [
        "1:1 error: unknown key 'methodology path' in the config — did you mean 'methodology_path'?",
        "2:9 error: unknown key 'levels' in [logging]",
        "3:11 error: unknown key 'cmd' in [agent]",
      ],
    },
    {
      title: "wrong types",
      text: 'methodology_path = 1\nartifacts_dir = ["x"]\nlogging = "info"\nagent = []\n',
      says: [
        "1:20 error: 'methodology_path' must be a string, not a number",
        "2:17 error: 'artifacts_dir' must be a string, not a list",
        "3:11 error: 'logging' must be a table, written [logging], not a string",
        "4:9 error: 'agent' must be a table, written [agent], not a list",
      ],
    },
    {
      title: "wrong types inside the tables",
      text: '[logging]\nformat = true\nfilter = 2024-01-01\n[agent]\ncommand = "runa-agent rehearse"\n',
      says: [
        "2:10 error: 'format' must be a string, not a boolean",
        "3:10 error: 'filter' must be a string, not a date",
        "5:11 error: 'command' must be a list of strings, the program and its arguments, not a string",
      ],
    },
    {
      title: "an array of tables",
      text: '[[agent]]\ncommand = ["x"]\n',
      says: ["1:3 error: 'agent' must be a table, written [agent], not a list"],
    },
    {
      title: "values that mean nothing",
      text: 'methodology_path = ""\nartifacts_dir = "a\\u0000b"\n[logging]\nformat = "JSON"\nfilter = ""\n[agent]\ncommand = []\n',
      says: [
        "1:20 error: 'methodology_path' is empty or holds a NUL character",
        "2:17 error: 'artifacts_dir' is empty or holds a NUL character",
        `4:10 error: 'format' must be "text" or "json", not "JSON"`,
        "5:10 error: 'filter' is empty or holds a NUL character",
        `7:11 error: 'command' is empty: name the program that is the agent, e.g. ["runa-agent", "rehearse"]`,
      ],
    },
    {
      title: "words of a command that are none",
      text: '[agent]\ncommand = ["x", 1, "a\\u0000b"]\n',
      says: ["2:11 error: 'command' must hold strings only, none with a NUL character"],
    },
    {
      title: "a program without a name",
      text: '[agent]\ncommand = ["", "x"]\n',
      says: [`2:11 error: 'command' is empty: name the program that is the agent, e.g. ["runa-agent", "rehearse"]`],
    },
    {
      title: "a name of every object is a key like others",
      text: "__proto__ = 1\nconstructor = 2\n",
      says: ["1:1 error: unknown key '__proto__' in the config", "2:1 error: unknown key 'constructor' in the config"],
    },
  ])("$title", async ({ text, says }) => {
    expect(await diagnosed(text)).toEqual(says);
    expect(await diagnosed(`\ufeff${text.replaceAll("\n", "\r\n")}`)).toEqual(says);
  });
});
