import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { textWidth } from "../cli/src/output/text-width.ts";
import { draft } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

/** What `runa step` prints, both outputs in one place. */
async function printed(agent: string, settings = ""): Promise<string> {
  const rig = await makeRig({ ...draft, agent: ["/bin/sh", "-c", agent], settings });
  const command = ["/bin/sh", "-c", `exec "${process.execPath}" "${RUNA}" step 2>&1`] as const;
  return (await rig.launch(command, "step, both outputs in one").ended()).stdout;
}

test("what an agent prints comes after the line that says that it began", async () => {
  expect(await printed("echo at once")).toMatch(/^▶ draft\nat once\n✗ draft /);
});

test("a line that an agent begins and does not end is ended before runa's own", async () => {
  const transcript = "transcript = true\n";
  expect(await printed("printf 'no end'", transcript)).toMatch(/^▶ draft\nno end\n✗ draft /);
  expect(await printed("printf 'no end'; printf 'error words' >&2", transcript)).toMatch(
    /^▶ draft\n(no end\nerror words|error words\nno end)\n✗ draft /,
  );
});

test("what goes to a file of its own stays as the agent wrote it", async () => {
  const rig = await makeRig({ ...draft, agent: ["/bin/sh", "-c", "printf 'no end'"], settings: "transcript = true\n" });
  const { stdout, stderr } = await rig.run("step");
  expect(stderr).toMatch(/^▶ draft\n✗ draft /);
  expect(stdout).toMatch(/^no end/);
  expect(stdout).not.toMatch(/^no end\n\n/);
});

test.runIf(spawnSync("script", ["--version"]).status === 0)(
  "on a terminal a block shows what was delivered, and the last line as text that moves nothing",
  async () => {
    const deliver = `printf '{"title":"x"}' | "${process.execPath}" "${RUNA}" deliver design d1 - > /dev/null`;
    const hostile = `printf 'one\\n\\033[2J\\033[5A\\342\\200\\256danger ${"日本語".repeat(30)}\\n'`;
    const rig = await makeRig({
      ...draft,
      agent: ["/bin/sh", "-c", `${deliver}; ${hostile}`],
      settings: "transcript = true\n",
    });
    const shell = `stty cols 60 rows 24; "${process.execPath}" "${RUNA}" step`;
    const { stdout } = await rig.launch(["script", "-qec", shell, "/dev/null"], "step on a terminal").ended();
    const lines = stdout.split("\r\n");
    const last = lines.findIndex((line) => line.startsWith("    \\u{202e}danger"));
    expect(lines[last - 1]).toMatch(/^ {2}draft {2}\d+ m?s {2}design\/d1$/);
    expect(lines[last]).toMatch(/^ {4}\\u\{202e\}danger 日[日本語]+…$/);
    expect(textWidth(lines[last] ?? "")).toBeLessThan(60);
    // It is taken away by going up as many lines as it had.
    expect(lines[last + 1]).toContain("\u001b[2A\u001b[J✓ draft");
  },
);
