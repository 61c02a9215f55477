import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
          ? `${source} names ${named}, which is not a file that can be read (`
          : /^RUNA_CONFIG names \/.*, which is not a file that can be read \((no such file or directory|a directory)\): correct the path$/,
      );
    },
  );

  test("an override that is spelt otherwise on the disk is told as it is there", () => {
    using made = disk(ALL);
    const workingDirectory = made.at("project");
    expect(() => configFile({ flag: "../Elsewhere/flag.TOML", environment: {}, workingDirectory, root: null })).toThrow(
      `(no such file or directory — did you mean '${made.at("elsewhere/flag.toml")}'?)`,
    );
  });

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
    // To the end: a link to nowhere is not said to be meant by its own name.
    await expect(readConfig(file)).rejects.toThrow(
      expect.objectContaining({ message: `${file}: the config cannot be read: ${says}` }),
    );
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
