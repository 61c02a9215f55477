import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain } from "./rig/examples.ts";
import { rigWith, stepWith } from "./rig/misbehaving.ts";
import { RUNA } from "./rig/programs.ts";

/** Options of `unshare` with which a file system can be mounted that nobody else sees; none where that is not allowed. */
const MOUNTS = [["--mount"], ["--mount", "--map-root-user"]]
  .filter((options) => spawnSync("unshare", [...options, "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0)
  .slice(0, 1);

describe("an agent that writes into the workspace by itself", () => {
  test("half a JSON file: invalid_output, and the file stays for whoever wants to see it", async () => {
    const { rig, exitCode, stderr } = await stepWith("writes-half-a-file");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("invalid_output: 1 output not valid");
    expect(stderr).toMatch(/^ {2}design\/d1$/m);
    expect(stderr).toContain("not JSON");
    expect(rig.read(rig.path("design/d1"))).toBe('{"title": "Half a des');
  });

  test("and deletes what it was given: delivered, and the input is missing from then on", async () => {
    const rig = await rigWith("deletes-inputs");
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(0);
    // What it owes is there, and the input is not runa's to bring back.
    expect(stdout).toMatch(/^all_complete: 1 protocol delivered/m);
    expect(rig.artifacts()).toEqual(["design/d1"]);
    const [, removed] = await rig.events("scanned");
    expect(removed?.body).toMatchObject({ removed: 1 });
    expect((await rig.state()).protocols).toMatchObject([{ status: "waiting", trigger: "not_satisfied" }]);
  });

  test("and edits what it was given: reopened, and given up after max_reopens", async () => {
    const rig = await rigWith("edits-input", { config: "[run]\nmax_reopens = 1" });
    const { exitCode, stdout } = await rig.run("run");
    expect(exitCode).toBe(2);
    expect(stdout).toContain("draft was reopened 1 time in this run and is READY again, which max_reopens = 1");
    expect(await rig.events("reopened")).toHaveLength(1);
  });
});

describe("an agent that edits the methodology", () => {
  test("is judged by the loaded one; nothing further starts, and run ends with 1", async () => {
    const rig = await rigWith("edits-methodology", chain);
    const config = rig.read(".runa/config.toml");
    rig.write(
      ".runa/config.toml",
      config.replace('"edits-methodology"', `"edits-methodology",${JSON.stringify(rig.methodology)}`),
    );
    const { exitCode, stdout, stderr } = await rig.run("run");
    expect(exitCode).toBe(1);
    const [ended] = await rig.events("attempt_ended");
    expect(stdout).toContain(`changed while it ran: ${join(rig.methodology, "protocols/draft/PROTOCOL.md")}`);
    expect(stdout).toContain(`ran then: draft, attempt ${ended?.attempt}, judged by what was loaded: delivered`);
    expect(stdout).toMatch(/^methodology_changed: 1 file /m);
    expect(stderr).not.toContain("build");
  });
});

describe("an agent that fills the disk", () => {
  test("a write that the file system refuses half-way leaves nothing, and can be made again", async () => {
    const rig = await rigWith("writes-too-much");
    // No file may become longer than 2,000 blocks: the server's write fails as it would on a full disk.
    const limited = ["/bin/sh", "-c", `ulimit -f 2000; exec "${process.execPath}" "${RUNA}" run`] as const;
    const { exitCode, stderr } = await rig.launch(limited, "runa run under ulimit -f").ended();
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("1 call was refused, the last because it could not be written: EFBIG");
    expect(exitCode).toBe(2);
    expect(readdirSync(join(rig.project, ".runa/workspace/design"))).toEqual([]);
    expect((await rig.run("run")).exitCode).toBe(0);
    expect(rig.artifacts()).toContain("design/d1");
  });

  test("a runa that can write no more ends with 1; what was delivered counts for the next one", async () => {
    const rig = await rigWith("keeps-runa-from-writing");
    const first = await rig.run("run");
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toMatch(/^error: .*runa\.db could not be written: no space left on the device/m);
    expect(rig.living()).toEqual([]);
    const second = await rig.run("run");
    expect(second.stderr).toMatch(/^✓ draft .*; its runa had died, so its exit code is unknown\)$/m);
    expect(second.exitCode).toBe(0);
    expect((await rig.run("log", "--verify")).exitCode).toBe(0);
  });

  // The same with a real full disk, where one can be had.
  test.each(MOUNTS)("a small tmpfs: the run ends with 1, and one that has room again goes on", async (...mounts) => {
    const rig = await rigWith("fills-disk");
    const runa = `"${process.execPath}" "${RUNA}"`;
    const script = `
      cp -r .runa saved && mount -t tmpfs -o size=4m none .runa && cp -r saved/. .runa || exit 90
      ${runa} run; echo "full: $?"
      rm .runa/ballast; sed -i s/fills-disk/reads-nothing/ .runa/config.toml
      ${runa} run; echo "again: $?"
      ${runa} log --verify; ls .runa/workspace/*`;
    const command = ["unshare", ...mounts, "/bin/sh", "-c", script] as const;
    const { stdout, stderr } = await rig.launch(command, "runa run on a small tmpfs").ended();
    expect(stdout).toContain("full: 1\n");
    expect(stderr).toContain("no space left on the device");
    expect(stderr).toContain("draft: its runa had died; abandoned");
    expect(stdout).toContain("again: 0\n");
    expect(stdout).toContain("the log is as it was written");
    expect(stdout).toContain("d1.json");
    expect(rig.living()).toEqual([]);
  });
});
