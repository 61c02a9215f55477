import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

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

const deep = `${"[".repeat(513)}${"]".repeat(513)}`;

test.each([
  ["not JSON", "{", /the artifact is not JSON: /],
  ["nothing", "", /the artifact is not JSON: unexpected end of the text/],
  ["invalid UTF-8", '{"title": "caf\\351"}', /the artifact is not JSON: invalid UTF-8 at line 1, column 15/],
  ["a byte order mark", '\\357\\273\\277{"title": "x"}', /the artifact is not JSON: byte order mark/],
  ["UTF-16", "\\377\\376{\\000}\\000", /the artifact is not JSON: invalid UTF-8/],
  ["half a surrogate pair", '{"title": "\\\\ud800"}', /half a surrogate pair/],
  ["a key twice", '{"title": "x", "title": "y"}', /key "title" twice in one object/],
  ["nesting over 512 levels", `{"title": ${deep}}`, /nested over 512 levels/],
  [
    "numbers too exact",
    '{"title": "x", "n": [12345678901234567890, 0.12345678901234567890]}',
    /a number that cannot be kept exactly\n {2}\/n\/0: expected a number that a double holds: .*, got 12345678901234567890\n {2}\/n\/1: .*, got 0\.12345678901234567890\n/,
  ],
])("%s is refused before anything is written, and noted", async (_, text, message) => {
  const rig = await shell(`printf '${text}' | $runa deliver design d1`);
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(rig.exists(".runa/workspace/design")).toBe(false);
  expect(await rig.events("delivery_refused")).toMatchObject([{ body: { artifact_type: "design" } }]);
});

test.each([
  ["a device without end", "$runa deliver design d1 /dev/zero", "error: /dev/zero is longer than 256 MiB, which"],
  ["stdin without end", "$runa deliver design d1 < /dev/zero", "error: stdin is longer than 256 MiB, which"],
  ["a pipe without end", "cat /dev/zero | $runa deliver design d1 -", "error: stdin is longer than 256 MiB, which"],
  ["a directory", "$runa deliver design d1 .", "error: . cannot be read: "],
  ["a file that is not there", "$runa deliver design d1 none.json", "error: none.json cannot be read: "],
])("%s ends in one clear error", async (_, command, message) => {
  const rig = await shell(command);
  const { exitCode, stderr } = await rig.run("step");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
  expect(rig.exists(".runa/workspace/design")).toBe(false);
});

test("a named pipe and /dev/stdin are read like a file", async () => {
  const rig = await shell(`
    mkfifo pipe; (echo '{"title": "Piped"}' > pipe) &
    $runa deliver design d1 pipe
    echo '{"title": "Stdin"}' | $runa deliver design d2 /dev/stdin`);
  const { stdout } = await rig.run("step");
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json");
  expect(stdout).toContain("delivered .runa/workspace/design/d2.json");
});

test("takes --config and --artifacts-dir, from where it was started", async () => {
  const rig = await shell(`
    mkdir sub; cd sub
    echo '{"title": "A"}' | $runa deliver design none --config none.toml
    echo '{"title": "A"}' | $runa deliver design d1 --config ../other.toml
    echo '{"title": "A"}' | $runa deliver design d2 --artifacts-dir elsewhere`);
  rig.write("other.toml", readFileSync(join(rig.project, ".runa/config.toml"), "utf8"));
  const { stdout, stderr } = await rig.run("step");
  expect(stderr).toMatch(/^error: .*sub\/none\.toml/m);
  expect(stdout).toContain("delivered .runa/workspace/design/d1.json");
  expect(rig.exists("sub/elsewhere/design/d2.json")).toBe(true);
});

test("outside an attempt, or after it, is an error", async () => {
  const rig = await makeRig(draft);
  const outside = await rig.run("deliver", "design", "d1", { input: "{}" });
  expect(outside.exitCode).toBe(1);
  expect(outside.stderr).toContain("this is not inside an attempt");
});
