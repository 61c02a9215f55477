import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draft, units } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** A project in `project/` that holds its methodology, made by `init`. */
async function selfContained(): Promise<Rig> {
  const rig = await makeRig(draft);
  rig.remove(".runa");
  cpSync(rig.methodology, join(rig.project, "method"), { recursive: true });
  rmSync(rig.methodology, { recursive: true });
  expect(await rig.run("init", "--methodology", "method")).toMatchObject({ exitCode: 0, stderr: "" });
  rig.artifact("requirements/r1", { title: "Fast" });
  return rig;
}

const byName = (json: { protocols: readonly { name: string; status: string }[] } | undefined) =>
  Object.fromEntries(json?.protocols.map(({ name, status }) => [name, status]) ?? []);

describe("a project that holds its methodology", () => {
  test("is moved, and a copy of it uses its own", async () => {
    const rig = await selfContained();
    expect(rig.read(".runa/config.toml")).toBe('methodology_path = "method/manifest.toml"\n');
    cpSync(rig.project, join(rig.directory, "copy"), { recursive: true });
    const manifest = join(rig.project, "method/manifest.toml");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"draft"', '"sketch"'));
    renameSync(join(rig.project, "method/protocols/draft"), join(rig.project, "method/protocols/sketch"));
    expect(byName((await rig.run("state", "--json")).json)).toEqual({ sketch: "ready" });
    expect(byName((await rig.run("state", "--json", { directory: "../copy" })).json)).toEqual({ draft: "ready" });
    renameSync(join(rig.directory, "copy"), join(rig.directory, "moved"));
    expect(byName((await rig.run("state", "--json", { directory: "../moved" })).json)).toEqual({ draft: "ready" });
  });

  test("needs neither state.toml nor a store, as a clone has them", async () => {
    const rig = await selfContained();
    rig.remove(".runa/state.toml");
    rig.remove(".runa/store");
    expect(await rig.run("state", "--json")).toMatchObject({ exitCode: 0, stderr: "" });
    rig.remove(".runa/store");
    expect((await rig.run("run", "--dry-run")).exitCode).toBe(0);
  });
});

describe("a manifest that cannot be read", () => {
  test("is told with the config and the key that name it, by every command", async () => {
    const rig = await makeRig(draft);
    const line = rig.read(".runa/config.toml").split("\n")[0] ?? "";
    renameSync(rig.methodology, `${rig.methodology}-elsewhere`);
    for (const command of ["scan", "list", "state", "doctor", "step", "run"]) {
      const { exitCode, stdout, stderr } = await rig.run(command);
      expect({ exitCode, stdout }, command).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr, command).toBe(
        `error: .runa/config.toml:1:20  'methodology_path' names ${rig.methodology}/manifest.toml, which cannot be read (no such file or directory): correct it, or run \`runa init --methodology PATH\`\n` +
          `  1 | ${line}\n    |                    ^\n`,
      );
    }
  });

  test("is told with the one that only looks the same", async () => {
    const rig = await makeRig(draft);
    renameSync(join(rig.methodology, "manifest.toml"), join(rig.methodology, "Manifest.toml"));
    expect((await rig.run("state")).stderr).toContain(`did you mean '${rig.methodology}/Manifest.toml'?`);
    const init = await rig.run("init", "--methodology", "../Methodology/manifest.toml");
    expect(init).toMatchObject({ exitCode: 1, stdout: "" });
    expect(init.stderr).toContain(`did you mean '${rig.methodology}/Manifest.toml'?`);
  });
});

describe("init", () => {
  test("shows what should not stay silent in the methodology", async () => {
    const rig = await makeRig({ ...draft, types: ["idle"] });
    const manifest = join(rig.methodology, "manifest.toml");
    writeFileSync(manifest, `${readFileSync(manifest, "utf8")}require = ["idle"]\n`);
    const { exitCode, stdout, stderr } = await rig.run("init", "--methodology", "../methodology");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^warning {2}\S*manifest\.toml:\d+:\d+ {2}nothing uses artifact type 'idle' \[unused-type\]$/m,
    );
    expect(stdout).toMatch(
      /^problem {2}\S*manifest\.toml:\d+:1 {2}unknown key 'require' in protocol 'draft' — did you mean 'requires'\? \[unknown-key\]$/m,
    );
  });

  test("writes the file that RUNA_CONFIG names", async () => {
    const rig = await makeRig(draft);
    const before = rig.read(".runa/config.toml");
    const env = { RUNA_CONFIG: "ours/runa.toml" };
    const { exitCode, stdout } = await rig.run("init", "--methodology", "../methodology", { env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}config +ours\/runa\.toml$/m);
    expect(rig.read("ours/runa.toml")).toBe(`methodology_path = "${rig.methodology}/manifest.toml"\n`);
    expect(rig.read(".runa/config.toml")).toBe(before);
    expect((await rig.run("state", { env })).exitCode).toBe(0);
  });

  test("edits a config with a byte order mark, and an agent's transcripts are kept from then on", async () => {
    const rig = await makeRig({ ...draft, agent: null });
    rig.write(".runa/config.toml", `\ufeff${rig.read(".runa/config.toml")}`);
    const init = await rig.run("init", "--methodology", "../methodology", "--agent", "rehearse");
    expect(init).toMatchObject({ exitCode: 0, stderr: "" });
    expect(rig.read(".runa/config.toml")).toMatch(
      /^\ufeffmethodology_path = .*\n\n+\[agent\]\ncommand = \["runa-agent", "rehearse"\]\ntranscript = true # .*\n$/,
    );
    const run = await rig.run("run");
    expect(run).toMatchObject({ exitCode: 0 });
    const [id = ""] = (await rig.events("attempt_started")).map(({ attempt }) => attempt ?? "");
    expect(rig.read(`.runa/store/attempts/${id}/stdout.log`)).toContain("rehearse draft");
  });
});

describe("a name that differs only in case or in how Unicode spells it", () => {
  const decomposed = "re\u0301sume\u0301";
  const composed = "r\u00e9sum\u00e9";

  test("is hinted at for a directory of the workspace, by scan and by doctor", async () => {
    const rig = await makeRig({ ...draft, types: [composed] });
    for (const directory of [decomposed, "Design"]) rig.write(`.runa/workspace/${directory}/a.json`, "{}");
    for (const command of ["scan", "doctor"]) {
      const { stdout } = await rig.run(command);
      expect(stdout, command).toContain("Design: no declared artifact type has this name — did you mean 'design'?");
      expect(stdout, command).toContain(
        `${decomposed}: no declared artifact type has this name — did you mean '${composed}', which looks the same and is spelt with other code points?`,
      );
    }
  });

  test("is hinted at for work units that are asked for, and for those that artifacts name", async () => {
    const rig = await makeRig({
      ...units,
      artifacts: {
        ...units.artifacts,
        "task/t3": { title: "Cafe", work_unit: composed },
        "task/t4": { title: "Shop", work_unit: "Checkout" },
      },
    });
    expect((await rig.run("state", "--work-unit", decomposed)).stderr).toBe(
      `warning: no artifact names work unit '${decomposed}' — did you mean '${composed}', which looks the same and is spelt with other code points?\n`,
    );
    const { exitCode, stdout } = await rig.run("doctor");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("note     work units 'Checkout' and 'checkout' differ only in case");
  });

  test("is hinted at for protocols and agents that are asked for", async () => {
    const rig = await makeRig({ ...draft, config: "[protocols.Draft]\nexclusive = true\n" });
    expect((await rig.run("state")).stderr).toContain("no protocol 'Draft' — did you mean 'draft'?");
    rig.write(".runa/config.toml", rig.read(".runa/config.toml").replace("Draft", "draft"));
    expect((await rig.run("doctor", "--mcp", "DRAFT")).stderr).toMatch(
      /^error: the methodology has no protocol 'DRAFT' — did you mean 'draft'\?/,
    );
    expect((await rig.run("init", "--methodology", "m", "--agent", "Codex")).stderr).toMatch(
      /^error: unknown agent 'Codex' — did you mean 'codex'\?/,
    );
    expect((await rig.run("log", "--protocol", "Draft")).stderr).toMatch(/no events of protocol 'Draft'/);
  });
});
