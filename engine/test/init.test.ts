import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { expect, test } from "vitest";
import { readConfig } from "../src/project/config.ts";
import { type InitOptions, initProject } from "../src/project/init.ts";
import { parseToml } from "../src/toml/parse.ts";
import { Disk } from "./support/disk.ts";

const MANIFEST = `name = "m"
artifact_types = [{ name = "a" }]
[[protocols]]
name = "p"
trigger = { type = "on_artifact", name = "a" }
`;

/** A directory with a methodology in `m/` and an empty `project/`. */
function disk(config?: string): Disk {
  const made = new Disk();
  made.write({
    "m/manifest.toml": MANIFEST,
    "m/schemas/a.schema.json": "true",
    "m/protocols/p/PROTOCOL.md": "Do p.",
    project: null,
    ...(config !== undefined && { "project/.runa/config.toml": config }),
  });
  return made;
}

function init(made: Disk, options: Partial<InitOptions> = {}) {
  return initProject({ workingDirectory: made.at("project"), environment: {}, methodology: "../m", ...options });
}

const read = (made: Disk, name = "project/.runa/config.toml") => readFileSync(made.at(name), "utf8");

test("makes a project", async () => {
  using made = disk();
  const result = await init(made);
  const root = realpathSync(made.at("project"));
  const manifest = realpathSync(made.at("m/manifest.toml"));
  expect(result).toMatchObject({ root, configFile: `${root}/.runa/config.toml`, workspace: `${root}/.runa/workspace` });
  expect(result.hadConfig).toBe(false);
  expect(read(made)).toBe(`methodology_path = "${manifest}"\n`);
  expect(readdirSync(made.at("project/.runa")).sort()).toEqual([
    ".gitignore",
    "config.toml",
    "state.toml",
    "store",
    "workspace",
  ]);
  const state = parseToml("state.toml", readFileSync(made.at("project/.runa/state.toml"))).table;
  expect(Object.keys(state)).toEqual(["initialized_at", "runa_version"]);
  expect(state.initialized_at).toBeInstanceOf(Date);
  expect(state.runa_version).toMatch(/^\d+\.\d+\.\d+/);
});

test("again is safe: state, artifacts and the rest of the config stay", async () => {
  const config = `# mine\r\n"methodology_path" = 'old' # why\r\n\r\n[agent] # who\r\ncommand = ["x"]\r\n`;
  using made = disk(config);
  made.write({ "project/.runa/state.toml": "initialized_at = 2020-01-01\n", "project/.runa/workspace/a/1.json": "{}" });
  const manifest = realpathSync(made.at("m/manifest.toml"));
  const expected = config.replace("'old'", `"${manifest}"`);
  expect((await init(made)).hadConfig).toBe(true);
  expect(read(made)).toBe(expected);
  await init(made, { methodology: manifest });
  expect(read(made)).toBe(expected);
  expect(read(made, "project/.runa/state.toml")).toBe("initialized_at = 2020-01-01\n");
  expect(existsSync(made.at("project/.runa/workspace/a/1.json"))).toBe(true);
});

test("sets artifacts_dir when it is given, and keeps it when it is not", async () => {
  using made = disk('[logging]\nfilter = "info"\n');
  const manifest = realpathSync(made.at("m/manifest.toml"));
  const root = realpathSync(made.at("project"));
  expect((await init(made, { artifactsDir: "out" })).workspace).toBe(`${root}/out`);
  const text = `methodology_path = "${manifest}"\nartifacts_dir = "out"\n\n[logging]\nfilter = "info"\n`;
  expect(read(made)).toBe(text);
  expect((await init(made)).workspace).toBe(`${root}/out`);
  expect(read(made)).toBe(text);
  await init(made, { artifactsDir: "../out" });
  expect(read(made)).toBe(text.replace('"out"', '"../out"'));
  expect(existsSync(made.at("out"))).toBe(true);
  expect((await readConfig(made.at("project/.runa/config.toml"))).artifactsDir).toBe("../out");
});

test("paths inside the project are written relative to it, others as they are", async () => {
  using made = disk();
  made.write({
    "project/inside/manifest.toml": MANIFEST,
    "project/inside/schemas/a.schema.json": "true",
    "project/inside/protocols/p/PROTOCOL.md": "Do p.",
  });
  const root = realpathSync(made.at("project"));
  await init(made, { methodology: "inside", artifactsDir: `${root}/out` });
  expect(read(made)).toBe('methodology_path = "inside/manifest.toml"\nartifacts_dir = "out"\n');
  symlinkSync("../m", made.at("project/link"));
  await init(made, { methodology: "link" });
  expect(read(made)).toBe(`methodology_path = "${realpathSync(made.at("m/manifest.toml"))}"\nartifacts_dir = "out"\n`);
});

test("RUNA_CONFIG says where the config is written, an empty one nothing, --config counts before it", async () => {
  using made = disk();
  const root = realpathSync(made.at("project"));
  expect((await init(made, { environment: { RUNA_CONFIG: "by/variable.toml" } })).configFile).toBe(
    `${root}/by/variable.toml`,
  );
  expect(readdirSync(made.at("project/.runa")).sort()).toEqual([".gitignore", "state.toml", "store", "workspace"]);
  const both = { environment: { RUNA_CONFIG: "by/variable.toml" }, config: "by/flag.toml" };
  expect((await init(made, both)).configFile).toBe(`${root}/by/flag.toml`);
  expect((await init(made, { environment: { RUNA_CONFIG: "" } })).configFile).toBe(`${root}/.runa/config.toml`);
  await expect(init(made, { config: "" })).rejects.toThrow("--config is empty");
});

test("an agent's output is kept, unless the config says otherwise already", async () => {
  using made = disk();
  const agentCommand = ["runa-agent", "codex"];
  await init(made, { agentCommand });
  expect(read(made)).toMatch(/\n\n\[agent\]\ncommand = \["runa-agent", "codex"\]\ntranscript = true # .+\n$/);
  made.write({ "project/.runa/config.toml": "[agent]\ntranscript = false # ours\n" });
  await init(made, { agentCommand });
  expect(read(made)).toContain('[agent]\ncommand = ["runa-agent", "codex"]\ntranscript = false # ours\n');
  await init(made);
  expect(read(made)).toContain("transcript = false # ours\n");
});

test("a config keeps its byte order mark, its line ends and its permissions", async () => {
  using made = disk("\ufeff# mine\r\n[agent]\r\ntimeout = '5m'\r\n");
  chmodSync(made.at("project/.runa/config.toml"), 0o640);
  await init(made, { agentCommand: ["x"] });
  expect(read(made)).toMatch(
    /^\ufeffmethodology_path = ".*"\r\n\r\n# mine\r\n\[agent\]\r\ncommand = \["x"\]\r\ntranscript = true # [^\r\n]*\r\ntimeout = '5m'\r\n$/,
  );
  expect(statSync(made.at("project/.runa/config.toml")).mode & 0o777).toBe(0o640);
});

test("--config says where the config is written, from the working directory", async () => {
  using made = disk();
  const { configFile } = await init(made, { config: "../etc/runa.toml" });
  expect(configFile).toBe(`${realpathSync(made.at("etc"))}/runa.toml`);
  expect((await readConfig(configFile)).methodologyPath).toBe(realpathSync(made.at("m/manifest.toml")));
  expect(existsSync(made.at("project/.runa/config.toml"))).toBe(false);
  expect(existsSync(made.at("project/.runa/state.toml"))).toBe(true);
});

test("a config that is a link stays one: the file that it leads to is edited", async () => {
  using made = disk();
  made.write({ "dotfiles/runa.toml": "# mine\n", "project/.runa": null });
  symlinkSync("../../dotfiles/runa.toml", made.at("project/.runa/config.toml"));
  await init(made);
  expect(lstatSync(made.at("project/.runa/config.toml")).isSymbolicLink()).toBe(true);
  expect(read(made, "dotfiles/runa.toml")).toMatch(/^# mine\nmethodology_path = ".*"\n$/);
});

test("a methodology behind a link is written down as what it leads to", async () => {
  using made = disk();
  symlinkSync("m", made.at("link"));
  await init(made, { methodology: "../link" });
  expect((await readConfig(made.at("project/.runa/config.toml"))).methodologyPath).toBe(
    realpathSync(made.at("m/manifest.toml")),
  );
});

test.each([
  { title: "a methodology that is not there", options: { methodology: "nowhere" }, says: "cannot be read" },
  { title: "a methodology with an error", files: { "m/schemas/a.schema.json": "{" }, says: "is not JSON" },
  { title: "a config with an unknown key", config: "nonsense = 1\n", says: "unknown key 'nonsense'" },
  { title: "a config with a wrong type", config: "methodology_path = 1\n", says: "must be a string" },
  { title: "a config that is no TOML", config: "[", says: "not TOML" },
  { title: "no artifacts directory", options: { artifactsDir: "" }, says: "--artifacts-dir is empty" },
])("everything is checked before anything is written: $title", async ({ options, files, config, says }) => {
  using made = disk(config);
  made.write(files ?? {});
  await expect(init(made, options)).rejects.toThrow(says);
  expect(readdirSync(made.at("project"), { recursive: true }).sort()).toEqual(
    config === undefined ? [] : [".runa", ".runa/config.toml"],
  );
  if (config !== undefined) expect(read(made)).toBe(config);
});

test("what stands in the way is named", async () => {
  using made = disk();
  made.write({ "project/.runa": "a file" });
  await expect(init(made)).rejects.toThrow(/^the project could not be made in .*\.runa/);
});

test("keeps out of git what belongs to this machine, unless somebody has said what to keep out", async () => {
  using made = disk();
  await init(made);
  const ignored = read(made, "project/.runa/.gitignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(ignored).toEqual(["/store", "/state.toml", "/workspace/.superseded/", ".runa-*"]);
  made.write({ "project/.runa/.gitignore": "mine\n" });
  await init(made);
  expect(read(made, "project/.runa/.gitignore")).toBe("mine\n");
});

test("leaves a link in the place of the .gitignore alone, also one to nowhere", async () => {
  using made = disk("");
  symlinkSync("/nowhere/at/all", made.at("project/.runa/.gitignore"));
  await init(made);
  expect(lstatSync(made.at("project/.runa/.gitignore")).isSymbolicLink()).toBe(true);
});
