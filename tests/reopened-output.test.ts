import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig } from "./rig/rig.ts";

// As scripts do: what is opened anew by such a name is emptied, where it is a file.
const PRINTS = [
  "echo first >&2; echo second > /dev/stderr; echo third >&2",
  "echo one; echo two > /dev/stdout; echo three",
  "mkdir -p .runa/workspace/design",
  `echo '{"title":"done"}' > .runa/workspace/design/d1.json`,
].join("\n");
const agent = ["/bin/sh", "-c", PRINTS];

test("an agent that opens its output anew loses nothing of it: with a transcript", async () => {
  const rig = await makeRig({ ...draft, agent, settings: "transcript = true" });
  const { exitCode, stdout, stderr } = await rig.run("step");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("one\ntwo\nthree\n");
  expect(stderr).toContain("first\nsecond\nthird\n");
  const [started] = await rig.events("attempt_started");
  const kept = (stream: string) => rig.read(`.runa/store/attempts/${started?.attempt}/${stream}.log`);
  expect(kept("stdout")).toBe("one\ntwo\nthree\n");
  expect(kept("stderr")).toBe("first\nsecond\nthird\n");
});

test("an agent that opens its output anew loses nothing of it, nor of runa's: where that is a file", async () => {
  const rig = await makeRig({ ...draft, agent });
  const line = `echo before > all; "${process.execPath}" "${RUNA}" step >> all 2>&1`;
  expect((await rig.launch(["/bin/sh", "-c", line], line).ended()).exitCode).toBe(0);
  const all = rig.read("all");
  expect(all).toMatch(/^before\n▶ draft\n(.*\n)*✓ draft/);
  for (const word of ["first", "second", "third", "one", "two", "three"])
    expect(all).toMatch(new RegExp(`^${word}$`, "m"));
});

test("an agent that removes its directory is judged all the same, and its output is limited", async () => {
  const floods = 'rm -rf "$(dirname "$RUNA_USAGE")"; head -c 3000000 /dev/zero | tr "\\0" a; exec sleep 100';
  const settings = 'transcript = true\noutput_limit = "1MB"';
  const rig = await makeRig({ ...draft, agent: ["/bin/sh", "-c", floods], settings });
  const { exitCode, stderr } = await rig.run("step");
  expect(stderr).toContain("timed_out: it wrote more than 1 MB of output, its output_limit");
  expect(exitCode).toBe(1);
});

test("a link that an agent puts where its output lies is not followed", async () => {
  const links =
    'd="$(dirname "$RUNA_USAGE")"; rm "$d/stdout.log"; ln -s "$PWD/precious" "$d/stdout.log"; head -c 3000000 /dev/zero | tr "\\0" a; exec sleep 100';
  const settings = 'transcript = true\noutput_limit = "1MB"';
  const rig = await makeRig({ ...draft, agent: ["/bin/sh", "-c", links], settings });
  const precious = "x".repeat(2_000_000);
  rig.write("precious", precious);
  expect((await rig.run("step")).exitCode).toBe(1);
  expect(readFileSync(join(rig.project, "precious"), "utf8") === precious).toBe(true);
});
