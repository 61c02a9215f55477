import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { chain, draft, units } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

describe("exit codes", () => {
  test("are 0 for everything that only looks, also at artifacts that are not well; doctor says 1", async () => {
    const rig = await makeRig(draft);
    for (const command of ["scan", "list", "state", "doctor"])
      expect(await rig.run(command), command).toMatchObject({ exitCode: 0, stderr: "" });
    rig.artifact("design/wrong", { colour: "red" });
    rig.write(".runa/workspace/design/broken.json", "{");
    rig.write(".runa/workspace/elsewhere/x.json", "{}");
    const scan = await rig.run("scan");
    expect(scan).toMatchObject({ exitCode: 0, stderr: "" });
    expect(scan.stdout).toMatch(/^2 new, 0 modified, 0 revalidated, 0 removed, 1 unchanged\n/);
    for (const part of ["design/broken", "malformed", "design/wrong", "invalid", "title", "elsewhere"])
      expect(scan.stdout).toContain(part);
    for (const command of ["list", "state"]) expect((await rig.run(command)).exitCode).toBe(0);
    const doctor = await rig.run("doctor");
    expect(doctor).toMatchObject({ exitCode: 1, stderr: "" });
    expect(doctor.stdout).toMatch(/2 problems\n$/);
  });

  test("of doctor: a scoped protocol lacks nothing before there is a work unit for it", async () => {
    const rig = await makeRig({ ...units, artifacts: {} });
    expect((await rig.run("doctor")).exitCode).toBe(0);
    // One that is not valid makes no work unit.
    rig.artifact("patch/p0", { work_unit: "search" });
    expect((await rig.run("doctor")).stdout).not.toContain("lacks");
    rig.artifact("patch/p1", { title: "Pay", work_unit: "checkout" });
    const { exitCode, stdout } = await rig.run("doctor");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("implement lacks task (missing)");
  });

  test("of scan and doctor name what is passed over because of its name", async () => {
    const rig = await makeRig(draft);
    for (const name of ["d1.JSON", "d2.txt", "d3.json.bak", "notes"]) rig.write(`.runa/workspace/design/${name}`, "{}");
    rig.write(".runa/workspace/design/.keep", "");
    const line = "design: d1.JSON, d2.txt, d3.json.bak, and 1 more; artifacts are regular files named *.json\n";
    expect((await rig.run("scan")).stdout).toContain(`passed over  ${line}`);
    const { exitCode, stdout } = await rig.run("doctor");
    expect({ exitCode, noted: stdout.includes(`note     passed over: ${line}`) }).toEqual({ exitCode: 0, noted: true });
  });

  test("of doctor count warnings only with --strict", async () => {
    const rig = await makeRig({ ...draft, types: ["idle"] });
    const plain = await rig.run("doctor");
    expect(plain.exitCode).toBe(0);
    expect(plain.stdout).toContain("idle");
    expect((await rig.run("doctor", "--strict")).exitCode).toBe(1);
  });

  test("are 1 with one error for what cannot be loaded", async () => {
    const rig = await makeRig(draft);
    rig.write("../methodology/manifest.toml", "name = \n");
    for (const command of ["scan", "list", "state", "doctor", "step", "run"]) {
      const { exitCode, stdout, stderr } = await rig.run(command);
      expect({ exitCode, stdout }, command).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr.match(/error:/g), command).toHaveLength(1);
      expect(stderr, command).toContain("manifest.toml:1:");
    }
  });

  test("are 1 where the workspace has gone and artifacts are recorded", async () => {
    const rig = await makeRig(draft);
    await rig.run("scan");
    rig.remove(".runa/workspace");
    const { exitCode, stdout, stderr } = await rig.run("state", "--json");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^error: the workspace cannot be read: .*\.runa\/workspace/);
    expect(stderr).toContain("artifacts_dir in ");
    expect(stderr).toContain("--artifacts-dir");
    expect((await rig.run("state", "--artifacts-dir", "nowhere")).stderr).toMatch(
      /^error: the workspace cannot be read: .*\/nowhere: no such file or directory\. .* correct --artifacts-dir/,
    );
    const config = rig.read(".runa/config.toml");
    rig.write(".runa/config.toml", `artifacts_dir = "/moved/away"\n${config}`);
    expect((await rig.run("state")).stderr).toBe(
      [
        "error: .runa/config.toml:1:17  the workspace cannot be read: 'artifacts_dir' names /moved/away (no such file or directory). Put it back, or correct this line",
        '  1 | artifacts_dir = "/moved/away"',
        "    |                 ^",
        "",
      ].join("\n"),
    );
  });
});

describe("a project", () => {
  test("is found from any directory inside it, and missed outside with what to do", async () => {
    const rig = await makeRig(draft);
    rig.write("src/deep/file", "");
    const { exitCode, json } = await rig.run("state", "--json", { directory: "src/deep" });
    expect(exitCode).toBe(0);
    expect(json?.protocols[0]?.inputs).toEqual([
      {
        artifact_type: "requirements",
        instance_id: "r1",
        path: ".runa/workspace/requirements/r1.json",
        relationship: "requires",
      },
    ]);
    const outside = await rig.run("state", { directory: ".." });
    expect(outside.exitCode).toBe(1);
    expect(outside.stderr).toMatch(/^error: no runa project in .*runa init --methodology PATH/);
  });

  test("takes --config and --artifacts-dir before and after the command, from where they are typed", async () => {
    const rig = await makeRig({ ...draft, artifacts: {} });
    rig.write("elsewhere/artifacts/requirements/other.json", '{"title": "Elsewhere"}');
    rig.write("elsewhere/other.toml", rig.read(".runa/config.toml"));
    const ready = (args: readonly string[]) => rig.run(...args, { directory: "elsewhere" });
    for (const args of [
      ["--artifacts-dir", "artifacts", "--config=other.toml", "state", "--json"],
      ["state", "--json", "--artifacts-dir=artifacts", "--config", "other.toml"],
    ]) {
      const { exitCode, stdout, stderr } = await ready(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(JSON.parse(stdout).protocols[0].inputs[0].path).toBe("elsewhere/artifacts/requirements/other.json");
    }
    const plan = await ready(["--config", "other.toml", "step", "--dry-run", "--json", "--artifacts-dir", "artifacts"]);
    expect(plan.json?.execution_plan?.[0]?.mcp_config?.env.RUNA_CONFIG).toBe(`${rig.project}/elsewhere/other.toml`);
    const missing = await ready(["state", "--config", "missing.toml"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain(`--config names ${rig.project}/elsewhere/missing.toml`);
  });

  test("is made by init", async () => {
    const rig = await makeRig(draft);
    rig.write("fresh/README", "");
    const init = await rig.run("init", "--methodology", "../../methodology", { directory: "fresh" });
    expect(init).toMatchObject({ exitCode: 0, stderr: "" });
    expect(init.stdout).toContain("2 artifact types, 1 protocol");
    expect(rig.read("fresh/.runa/config.toml")).toBe(`methodology_path = "${rig.methodology}/manifest.toml"\n`);
    expect(rig.read("fresh/.runa/state.toml")).toMatch(/^initialized_at = \S+\nruna_version = "\S+"\n$/);
    for (const path of ["store", "workspace"]) expect(rig.exists(`fresh/.runa/${path}`), path).toBe(true);
    const state = await rig.run("state", "--json", { directory: "fresh" });
    expect(state.json?.protocols).toMatchObject([{ name: "draft", status: "waiting" }]);
  });

  test("init again keeps the config as it is, and a bad methodology changes nothing", async () => {
    const rig = await makeRig(draft);
    const commented = `# ours\n${rig.read(".runa/config.toml")}`;
    rig.write(".runa/config.toml", commented);
    const again = await rig.run("init", "--methodology", "../methodology/manifest.toml");
    expect(again).toMatchObject({ exitCode: 0, stderr: "" });
    expect(again.stdout).toContain("2 artifact types, 1 protocol");
    expect(rig.read(".runa/config.toml")).toBe(commented);
    const bad = await rig.run("init", "--methodology", "nowhere");
    expect(bad).toMatchObject({ exitCode: 1, stdout: "" });
    expect(bad.stderr).toMatch(/^error: .*nowhere/);
    expect(rig.read(".runa/config.toml")).toBe(commented);
  });
});

describe("work units", () => {
  test("that have something to run end unscoped state and run, each with its command", async () => {
    const rig = await makeRig({
      ...units,
      artifacts: { ...units.artifacts, "task/t3": { title: "Odd", work_unit: "two words" } },
    });
    const listing = [
      /^Work units with protocols to run:$/m,
      /^ {2}runa run --work-unit checkout +1 protocol ready$/m,
      /^ {2}runa run --work-unit search +1 protocol ready$/m,
      /^ {2}runa run --work-unit 'two words' +1 protocol ready$/m,
    ];
    for (const args of [["state"], ["run"], ["run", "--dry-run"]]) {
      const { exitCode, stdout } = await rig.run(...args);
      expect(exitCode).toBe(0);
      for (const line of listing) expect(stdout, args.join(" ")).toMatch(line);
    }
    expect((await rig.run("state", "--work-unit", "search")).stdout).not.toContain("Work units with");
  });

  test("that no artifact names are warned of, with the nearest", async () => {
    const rig = await makeRig(units);
    for (const args of [["state"], ["step", "--dry-run"], ["step"], ["run", "--dry-run"], ["run"]]) {
      const { stdout, stderr } = await rig.run(...args, "--work-unit", "chekout");
      expect(stderr, args.join(" ")).toContain(
        "warning: no artifact names work unit 'chekout' — did you mean 'checkout'?",
      );
      expect(stdout).not.toContain("warning");
    }
    const json = await rig.run("state", "--json", "--work-unit", "chekout");
    expect(json.json?.protocols).toMatchObject([{ name: "implement", work_unit: "chekout", status: "waiting" }]);
    expect((await rig.run("state", "--work-unit", "checkout")).stderr).toBe("");
  });
});

describe("two commands at once", () => {
  test("two states and a delivery between them agree with what was there", async () => {
    const rig = await makeRig(chain);
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    const [before, , after] = await Promise.all([
      rig.state(),
      agent.deliver("design", "d1", { title: "A design" }),
      rig.state(),
    ]);
    for (const { protocols } of [before, after]) {
      const build = protocols.find(({ name }) => name === "build");
      // Either answer is right; a torn one is neither.
      expect(["ready", "waiting"]).toContain(build?.status);
      expect(build?.inputs?.map((input) => input.instance_id) ?? []).toEqual(build?.status === "ready" ? ["d1"] : []);
      expect(protocols.find(({ name }) => name === "draft")?.attempt?.id).toBe(agent.id);
    }
    expect((await rig.state()).protocols).toMatchObject([
      { name: "build", status: "ready", inputs: [{ instance_id: "d1" }] },
      { name: "draft", attempt: { id: agent.id } },
    ]);
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });
});

describe("a store that cannot be written", () => {
  // Modes mean nothing to root, so root's programs run as somebody else here.
  const user = process.getuid?.() === 0 ? 65534 : undefined;

  /** Takes the right to write from everything in the store; gives it back in the end, so that it can be removed. */
  function seal(rig: Rig): void {
    chmodSync(rig.directory, 0o755);
    chmodSync(join(rig.project, ".runa/store"), 0o555);
    chmodSync(join(rig.project, ".runa/store/runa.db"), 0o444);
    onTestFinished(() => chmodSync(join(rig.project, ".runa/store"), 0o755));
  }

  test("is answered from without being kept, and work is not executed", async () => {
    const rig = await makeRig(draft);
    await rig.run("scan");
    rig.artifact("requirements/r2", { title: "Later" });
    seal(rig);
    const options = user === undefined ? {} : { user };
    const state = await rig.run("state", "--json", options);
    expect(state.exitCode).toBe(0);
    expect(state.stderr).toContain("the store cannot be written");
    expect(state.json?.protocols[0]?.inputs?.map(({ instance_id }) => instance_id)).toEqual(["r1", "r2"]);
    // Nothing was kept: it is as new to the next one.
    expect((await rig.run("scan", options)).stdout).toMatch(/^1 new, /);
    for (const command of ["step", "run"]) {
      const { exitCode, stderr } = await rig.run(command, options);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^error: .*\.runa\/store cannot be written/m);
    }
    expect((await rig.run("step", "--dry-run", options)).exitCode).toBe(0);
  });
});
