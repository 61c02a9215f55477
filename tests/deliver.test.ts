import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const RUNA = join(process.env.RUNA_TEST_DIST ?? join(import.meta.dirname, "../dist"), "runa.js");

/** An agent that delivers with `runa deliver`, by this shell script, in which `$runa` is the program. */
function shell(script: string): Promise<Rig> {
  const agent = ["/bin/sh", "-c", `runa="${process.execPath} ${RUNA}"\n${script}`];
  return makeRig({ ...draft, agent, schemas: { design: { type: "object", required: ["title"] } } });
}

test("delivers from a shell, as the server's tool does, and tells what is refused", async () => {
  const rig = await shell(`
    echo '{"name": "no title"}' | $runa deliver design d1 && exit 9
    echo '{"title": "A design"}' > made.json
    $runa deliver design d1 made.json`);
  const { exitCode, stdout, stderr } = await rig.run("step");
  expect(stderr).toMatch(/^refused: it breaks its schema in one place\n {2}.*title/m);
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json; nothing is owed any more\n");
  expect(exitCode).toBe(0);
  expect(await rig.events("delivery_accepted")).toMatchObject([{ body: { instance_id: "d1", via: "tool" } }]);
  expect(await rig.events("delivery_refused")).toMatchObject([{ body: { reason: "invalid_artifact" } }]);
});

test("writes where its attempt's server writes", async () => {
  const rig = await shell(`echo '{"title": "A design"}' | $runa deliver design d1 -`);
  rig.write("other/requirements/r1.json", '{"title": "Fast"}');
  expect((await rig.run("step", "--artifacts-dir", "other")).exitCode).toBe(0);
  expect(rig.exists("other/design/d1.json")).toBe(true);
});

test.each([
  ["not JSON", "{", "the artifact is not JSON: "],
  ["a number too exact", '{"title": "x", "n": 12345678901234567890}', "cannot be kept exactly"],
])("%s is refused before anything is written", async (_, text, message) => {
  const rig = await shell(`echo '${text}' | $runa deliver design d1`);
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
  expect(rig.exists(".runa/workspace/design/d1.json")).toBe(false);
});

test("outside an attempt, or after it, is an error", async () => {
  const rig = await makeRig(draft);
  const outside = spawnSync(process.execPath, [RUNA, "deliver", "design", "d1"], {
    cwd: rig.project,
    input: "{}",
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  expect(outside.status).toBe(1);
  expect(outside.stderr).toContain("this is not inside an attempt");
});
