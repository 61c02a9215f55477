import { expect, test } from "vitest";
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
