import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { canonicalJson, sha256 } from "../store/src/json/canonical.ts";
import { chain } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const SECRET = "hunter2-9f8e7d6c5b4a";
const hashOf = (artifact: object) => sha256(canonicalJson(artifact));
const GIVEN = hashOf({ title: SECRET });

/** The files of a project that hold a text, from its root. */
function holding(rig: Rig, text: string): string[] {
  return readdirSync(rig.project, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(rig.project, name)).isFile())
    .filter((name) => readFileSync(join(rig.project, name)).includes(text))
    .map((name) => relative(rig.project, join(rig.project, name)))
    .sort();
}

/** A project in which an attempt was given a secret and printed it; what it drafted from it is another text. */
async function leaked(): Promise<{ rig: Rig; attempt: string }> {
  const rig = await makeRig({ ...chain, settings: "transcript = true" });
  rig.artifact("requirements/r1", { title: SECRET });
  const step = rig.start("step", "--protocol", "draft");
  const agent = await rig.nextAttempt();
  await agent.say("stdout", `I was given ${SECRET}\n`);
  await agent.deliver("design", "d1", { title: "A design" });
  await agent.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
  return { rig, attempt: agent.id };
}

describe("forget", () => {
  test("erases a content everywhere but where it is not runa's to erase, and says where that is", async () => {
    const { rig, attempt } = await leaked();
    const directory = `.runa/store/attempts/${attempt}`;
    expect(holding(rig, SECRET)).toEqual(
      expect.arrayContaining([
        `${directory}/prompt.md`,
        `${directory}/stdout.log`,
        ".runa/workspace/requirements/r1.json",
      ]),
    );
    expect(holding(rig, SECRET).some((name) => name.startsWith(".runa/store/runa.db"))).toBe(true);
    const { json, exitCode } = await rig.run("forget", GIVEN.slice(0, 20), "--note", "a password", "--json");
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      version: 1,
      kind: "forgotten",
      content_hash: GIVEN,
      before: false,
      erased: { prompts: 1, transcripts: 2, superseded: 0 },
      still_in: [".runa/workspace/requirements/r1.json"],
      not_erased: [],
    });
    expect(holding(rig, SECRET)).toEqual([".runa/workspace/requirements/r1.json"]);
    const [event] = await rig.events("forgotten");
    expect(event?.body).toMatchObject({ content_hash: GIVEN, note: "a password", actor: { kind: "person" } });
    expect((await rig.run("log", "--verify")).exitCode).toBe(0);
  });

  test("has it said to be forgotten from then on, and never kept again", async () => {
    const { rig, attempt } = await leaked();
    await rig.run("forget", GIVEN, "--note", "a password");
    const shown = await rig.run("show", "requirements", "r1", "--at", attempt);
    expect(shown.exitCode).toBe(1);
    expect(shown.stdout).toContain("its content was forgotten: `runa log --kind forgotten` says why");
    rig.artifact("requirements/r1", { title: "Harmless" });
    expect((await rig.run("diff", "requirements", "r1")).stderr).toMatch(
      /, sha256:[0-9a-f]{64}, was forgotten, so it cannot/,
    );
    await rig.run("deliver", "requirements", "r2", { input: JSON.stringify({ title: SECRET }) });
    const again = await rig.run("show", "--at", GIVEN, "--json");
    expect(again).toMatchObject({ exitCode: 1, json: { content: "forgotten" } });
    expect(holding(rig, SECRET)).toEqual([".runa/workspace/requirements/r2.json"]);
    const twice = await rig.run("forget", GIVEN, "--note", "a password");
    expect(twice.stdout).toBe(
      `forgotten before: ${GIVEN}\n  still in .runa/workspace/requirements/r2.json: change or remove it yourself\n`,
    );
    expect((await rig.events("forgotten")).length).toBe(1);
    expect((await rig.run("scan", "--rebuild")).exitCode).toBe(0);
    expect((await rig.run("show", "--at", GIVEN, "--json")).json).toMatchObject({ content: "forgotten" });
  });

  test("erases long contents, and copies that were superseded", async () => {
    const title = SECRET + Array.from({ length: 30_000 }, (_, at) => ((at * 7919) % 99_991).toString(36)).join("");
    const rig = await makeRig({
      protocols: [{ name: "review", requires: ["design"], choices: { verdict: ["approved", "rejected"] } }],
      artifacts: { "design/d1": { title: "One" } },
    });
    const decide = async (type: string, text: string) => {
      const step = rig.start("step");
      const agent = await rig.nextAttempt();
      await agent.deliver(type, "v1", { title: text });
      await agent.exit(0);
      await step.ended();
    };
    await decide("rejected", title);
    rig.artifact("design/d1", { title: "Two" });
    await decide("approved", "Good");
    expect(readdirSync(join(rig.project, ".runa/store/objects")).length).toBe(1);
    expect(holding(rig, SECRET)).toEqual([
      expect.stringMatching(/^\.runa\/workspace\/\.superseded\/.*\/rejected\/v1\.json$/),
    ]);
    const { stdout } = await rig.run("forget", hashOf({ title }), "--note", "a password");
    expect(stdout).toBe(`forgotten: ${hashOf({ title })}\n  erased with it: 1 prompt, 1 superseded file\n`);
    expect(readdirSync(join(rig.project, ".runa/store/objects"))).toEqual([]);
    expect(holding(rig, SECRET)).toEqual([]);
  });

  test("waits for no attempt that was given it: it is refused until that has ended", async () => {
    const rig = await makeRig(chain);
    rig.artifact("requirements/r1", { title: SECRET });
    const step = rig.start("step", "--protocol", "draft");
    const agent = await rig.nextAttempt();
    const refused = await rig.run("forget", GIVEN, "--note", "a password");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toBe(
      `error: attempt ${agent.id} is open and was given ${GIVEN}, or has delivered it: let it end, or free it with \`runa release\`, and give the command again\n`,
    );
    const inside = await rig.run("forget", GIVEN, "--note", "mine", { env: { RUNA_ATTEMPT: agent.id } });
    expect(inside.stderr).toContain(`attempt ${agent.id}`);
    expect(await rig.events("forgotten")).toEqual([]);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await step.ended();
    expect((await rig.run("forget", GIVEN, "--note", "a password")).exitCode).toBe(0);
  });

  test("says what it could not erase, and the next time goes on with that", async () => {
    const { rig, attempt } = await leaked();
    const prompt = join(rig.project, ".runa/store/attempts", attempt, "prompt.md");
    const text = readFileSync(prompt);
    // A directory in its place cannot be removed as a file, whoever tries.
    rmSync(prompt);
    mkdirSync(prompt);
    const first = await rig.run("forget", GIVEN, "--note", "a password");
    expect(first.exitCode).toBe(1);
    expect(first.stdout).toContain(`  not erased: .runa/store/attempts/${attempt}/prompt.md: `);
    rmdirSync(prompt);
    writeFileSync(prompt, text);
    const second = await rig.run("forget", GIVEN, "--note", "a password");
    expect(second).toMatchObject({ exitCode: 0 });
    expect(holding(rig, SECRET)).toEqual([".runa/workspace/requirements/r1.json"]);
  });

  test.each([
    [["sha256:123", "--note", "x"], /^error: HASH must be the hash of a content/],
    [[GIVEN, "--note", " "], /^error: --note is empty: say why/],
    [["sha256:00000000", "--note", "x"], /^error: no content is kept whose hash begins with sha256:00000000\n$/],
  ])("refuses %j", async (args, message) => {
    const rig = await makeRig(chain);
    await rig.state();
    const { exitCode, stderr } = await rig.run("forget", ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});
