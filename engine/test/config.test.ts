import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DiagnosticsError } from "../src/diagnostic.ts";
import { configFile, fromRoot, readConfig } from "../src/project/config.ts";
import { findProject, findRoot } from "../src/project/project.ts";
import { Disk } from "./support/disk.ts";

/** Every place a configuration may lie at; each names itself, so that what was read is seen. */
const PLACES = {
  flag: "elsewhere/flag.toml",
  override: "elsewhere/override.toml",
  project: "project/.runa/config.toml",
  xdg: "xdg/runa/config.toml",
  home: "home/.config/runa/config.toml",
};
type Place = keyof typeof PLACES;

function disk(places: readonly Place[]): Disk {
  const made = new Disk();
  made.write({ "project/sub": null, "project/.runa": null, elsewhere: null, home: null });
  for (const place of places) made.write({ [PLACES[place]]: `methodology_path = "${place}"\n` });
  return made;
}

interface Resolution {
  readonly title: string;
  readonly there: readonly Place[];
  readonly flag?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly outside?: boolean;
  readonly chosen: Place | null;
}

const ALL: readonly Place[] = ["flag", "override", "project", "xdg", "home"];
/** `%` stands for the directory of the test. */
const FULL = { RUNA_CONFIG: "%/elsewhere/override.toml", XDG_CONFIG_HOME: "%/xdg" };

const RESOLUTION: readonly Resolution[] = [
  { title: "--config before all", there: ALL, flag: "%/elsewhere/flag.toml", environment: FULL, chosen: "flag" },
  { title: "then RUNA_CONFIG", there: ALL, environment: FULL, chosen: "override" },
  { title: "then the project's", there: ALL, environment: { XDG_CONFIG_HOME: "%/xdg" }, chosen: "project" },
  { title: "then $XDG_CONFIG_HOME", there: ["xdg", "home"], environment: { XDG_CONFIG_HOME: "%/xdg" }, chosen: "xdg" },
  { title: "else ~/.config", there: ["xdg", "home"], chosen: "home" },
  {
    title: "$XDG_CONFIG_HOME is instead of ~/.config",
    there: ["home"],
    environment: { XDG_CONFIG_HOME: "%/xdg" },
    chosen: null,
  },
  {
    title: "an empty XDG_CONFIG_HOME is none",
    there: ALL.slice(3),
    environment: { XDG_CONFIG_HOME: "" },
    chosen: "home",
  },
  {
    title: "a relative XDG_CONFIG_HOME is none",
    there: ALL.slice(3),
    environment: { XDG_CONFIG_HOME: "../xdg" },
    chosen: "home",
  },
  { title: "an empty RUNA_CONFIG is none", there: ALL, environment: { RUNA_CONFIG: "" }, chosen: "project" },
  { title: "none at all", there: [], chosen: null },
  { title: "outside any project", there: ALL, environment: { XDG_CONFIG_HOME: "%/xdg" }, outside: true, chosen: "xdg" },
  { title: "--config from the working directory", there: ALL, flag: "../../elsewhere/flag.toml", chosen: "flag" },
  {
    title: "RUNA_CONFIG from the working directory",
    there: ALL,
    environment: { RUNA_CONFIG: "../../elsewhere/override.toml" },
    chosen: "override",
  },
];

describe("which file counts", () => {
  test.each(RESOLUTION)("$title", async ({ there, flag, environment = {}, outside, chosen }) => {
    using made = disk(there);
    const here = (text: string) => text.replaceAll("%", made.path);
    const file = configFile({
      flag: flag === undefined ? undefined : here(flag),
      environment: {
        HOME: made.at("home"),
        ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(value)])),
      },
      workingDirectory: made.at("project/sub"),
      root: outside ? null : made.at("project"),
    });
    expect(file).toBe(chosen === null ? null : made.at(PLACES[chosen]));
    // The whole file and no other: what it does not say is not taken from the next one.
    expect((await readConfig(file)).methodologyPath).toBe(chosen);
  });

  test.each([
    { source: "--config", flag: "missing.toml", environment: {} },
    { source: "--config", flag: "", environment: { RUNA_CONFIG: "../.runa/config.toml" } },
    { source: "--config", flag: "..", environment: {} },
    { source: "RUNA_CONFIG", flag: undefined, environment: { RUNA_CONFIG: "missing.toml" } },
    { source: "RUNA_CONFIG", flag: undefined, environment: { RUNA_CONFIG: "/" } },
  ])(
    "an override that names no file is an error: $source $flag $environment.RUNA_CONFIG",
    ({ source, flag, environment }) => {
      using made = disk(ALL);
      const workingDirectory = made.at("project/sub");
      const file = join(workingDirectory, flag ?? "");
      const named = source === "--config" ? file.replace(/\/$/, "") : expect.anything();
      expect(() => configFile({ flag, environment, workingDirectory, root: made.at("project") })).toThrow(
        source === "--config"
          ? `${source} names ${named}, which is not a file that can be read: correct the path`
          : /^RUNA_CONFIG names \/.*, which is not a file that can be read: correct the path$/,
      );
    },
  );

  test.each([
    { what: "a directory", make: (path: string) => mkdirSync(path), says: "a directory" },
    {
      what: "a link to nowhere",
      make: (path: string) => symlinkSync("nowhere", path),
      says: "no such file or directory",
    },
  ])("$what in the project's place is not passed over in silence", async ({ make, says }) => {
    using made = disk(["home"]);
    make(made.at(PLACES.project));
    const file = configFile({
      flag: undefined,
      environment: { HOME: made.at("home") },
      workingDirectory: made.path,
      root: made.at("project"),
    });
    expect(file).toBe(made.at(PLACES.project));
    await expect(readConfig(file)).rejects.toThrow(`${file}: the config cannot be read: ${says}`);
  });
});

/** Line 1 is the first of the text. */
async function diagnosed(text: string): Promise<string[]> {
  using made = new Disk();
  made.write({ "config.toml": text });
  try {
    await readConfig(made.at("config.toml"));
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    return error.diagnostics.map(({ severity, message, position, file }) => {
      expect(file).toBe(made.at("config.toml"));
      return `${position === undefined ? "-" : `${position.line}:${position.column}`} ${severity}: ${message}`;
    });
  }
}

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
  expect(await readConfig(made.at("config.toml"))).toEqual({
    file: made.at("config.toml"),
    methodologyPath: "../m/manifest.toml",
    artifactsDir: "artifacts",
    logging: { format: "json", filter: "info,runa_mcp=off" },
    agentCommand: ["runa-agent", "rehearse", ""],
  });
});

test.each([null, ""])("what is not said is not there: %j", async (text) => {
  using made = new Disk();
  if (text !== null) made.write({ "config.toml": text });
  expect(await readConfig(text === null ? null : made.at("config.toml"))).toMatchObject({
    ...{ methodologyPath: null, artifactsDir: null, agentCommand: null },
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

test("relative paths count from the project's root", () => {
  expect(fromRoot("/p", "m/manifest.toml")).toBe("/p/m/manifest.toml");
  expect(fromRoot("/p", "../m")).toBe("/m");
  expect(fromRoot("/p", "/m")).toBe("/m");
});

describe("the project", () => {
  const environment = { HOME: "/nowhere" };

  test("is found from any directory inside it, the nearest one first", () => {
    using made = new Disk();
    made.write({ "a/.runa": null, "a/b/c": null, "a/b/.runa/x": "", "a/d": null, "e/.runa": "no directory" });
    expect(findRoot(made.at("a/d"))).toBe(made.at("a"));
    expect(findRoot(made.at("a"))).toBe(made.at("a"));
    expect(findRoot(made.at("a/b/c"))).toBe(made.at("a/b"));
    expect(findRoot(made.at("e"))).toBeNull();
  });

  test.each([
    { title: "the default", config: "", workspace: "project/.runa/workspace" },
    { title: "artifacts_dir from the root", config: 'artifacts_dir = "out"\n', workspace: "project/out" },
    { title: "artifacts_dir outside", config: 'artifacts_dir = "../out"\n', workspace: "out" },
    {
      title: "--artifacts-dir from the working directory",
      config: 'artifacts_dir = "out"\n',
      flag: "mine",
      workspace: "project/sub/mine",
    },
  ])("its workspace: $title", async ({ config, flag, workspace }) => {
    using made = new Disk();
    made.write({ "project/sub": null, "project/.runa/config.toml": config });
    const { root, workspace: found } = await findProject({
      workingDirectory: made.at("project/sub"),
      environment,
      ...(flag !== undefined && { artifactsDir: flag }),
    });
    expect(root).toBe(made.at("project"));
    expect(found).toBe(made.at(workspace));
  });

  test("is missing", async () => {
    using made = new Disk();
    chmodSync(made.path, 0o755);
    await expect(findProject({ workingDirectory: made.path, environment })).rejects.toThrow(
      `no runa project in ${made.path} or above it: make one with \`runa init --methodology PATH\``,
    );
  });
});
