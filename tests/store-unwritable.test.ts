import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../store/src/connection/sqlite.ts";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editLog, editStore, keepOtherwise } from "./rig/store-edit.ts";

/** Every command that only looks. */
const LOOKS = [
  ["state"],
  ["state", "--json"],
  ["list"],
  ["doctor"],
  ["scan"],
  ["step", "--dry-run"],
  ["run", "--dry-run"],
  ["show", "--at", "0s"],
  ["show", "requirements", "r1", "--at", "0s"],
  ["gc", "--dry-run"],
  ["log"],
  ["log", "--verify"],
] as const;

/** A project with something new to find. */
async function withNews(): Promise<Rig> {
  const rig = await makeRig(draft);
  await rig.run("scan");
  rig.artifact("requirements/r2", { title: "Small" });
  return rig;
}

/** Holds the store's write lock until the test has finished. */
function lock(rig: Rig): void {
  const database = openSqlite(join(rig.project, ".runa/store/runa.db"));
  database.exec("BEGIN IMMEDIATE");
  onTestFinished(() => void database.close());
}

describe("while somebody holds the store's lock", () => {
  test.each(LOOKS.map((words) => [words.join(" "), words] as const))("%s answers, without saving", async (_, words) => {
    const rig = await withNews();
    lock(rig);
    const began = performance.now();
    const { exitCode, stdout, stderr } = await rig.run(...words);
    expect(performance.now() - began).toBeLessThan(8000);
    expect({ exitCode, stderr: stderr.replace(/^.*the store cannot be written: nothing is kept.*\n/, "") }).toEqual({
      exitCode: 0,
      stderr: "",
    });
    expect(stdout).not.toBe("");
  });

  test("what is found is found again when it can be saved", async () => {
    const rig = await withNews();
    const database = openSqlite(join(rig.project, ".runa/store/runa.db"));
    database.exec("BEGIN IMMEDIATE");
    expect((await rig.run("scan")).stdout).toContain("1 new");
    database.close();
    expect((await rig.run("scan")).stdout).toContain("1 new");
    expect((await rig.run("scan")).stdout).toContain("0 new");
  });
});

describe("a store that this user cannot read", () => {
  const NOBODY = 65534;

  test.each([...LOOKS, ["run"], ["step"], ["log", "--head"]].map((words) => [words.join(" "), words] as const))(
    "is an error to %s",
    async (_, words) => {
      const rig = await withNews();
      for (const path of [rig.directory, rig.project]) chmodSync(path, 0o755);
      chmodSync(join(rig.project, ".runa/store/runa.db"), 0o600);
      const { exitCode, stdout, stderr } = await rig.run(...words, { user: NOBODY });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toMatch(/^error: .*runa\.db cannot be read: permission denied/);
    },
  );
});

describe("what is kept of the methodology", () => {
  /** Lifts an obligation in what the store keeps, as who can write it might. */
  const lift = (rig: Rig) =>
    editStore(
      rig.project,
      `UPDATE methodology SET content = replace(content, '"produces":["design"]', '"produces":[]')`,
    );

  /** The same with the seal made anew, as who knows how it is made can. */
  const liftUnseen = (rig: Rig) =>
    keepOtherwise(rig.project, (kept) => kept.replace('"produces":["design"]', '"produces":[]'));

  test.each(["run", "step"])("decides nothing in a %s, whatever it was made to say", async (command) => {
    const rig = await makeRig(draft);
    await rig.run("state");
    liftUnseen(rig);
    // Commands that look believe it: `docs/security.md` says so.
    expect((await rig.run("list")).stdout).not.toContain("design");
    const dry = await rig.run(command, "--dry-run", "--json");
    expect(JSON.stringify(dry.json)).toContain('"produces":["design"]');
    liftUnseen(rig);
    const live = rig.start(command);
    const agent = await rig.nextAttempt();
    await agent.exit(0);
    const { exitCode, stderr } = await live.ended();
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("not_delivered");
  });

  test("is not believed when it was edited", async () => {
    const rig = await makeRig(draft);
    await rig.run("state");
    lift(rig);
    const { stdout } = await rig.run("list");
    expect(stdout).toContain("design");
  });
});

test("`doctor --verbose` answers each time as the first time", async () => {
  const rig = await makeRig(draft);
  const first = await rig.run("doctor", "--verbose");
  expect(first.stdout).toContain("design: ajv\n");
  for (let times = 0; times < 2; times++) expect(await rig.run("doctor", "--verbose")).toEqual(first);
});

test("`doctor` says that the clock went back, and the log is dated as the clock is now", async () => {
  const rig = await makeRig(draft);
  await rig.run("scan");
  expect((await rig.run("doctor")).stdout).not.toContain("the clock went back");
  // As if it had been ten years ahead.
  editLog(rig.project, "UPDATE event SET at = at + 315360000000000");
  rig.artifact("requirements/r2", { title: "Small" });
  await rig.run("scan");
  const [event] = (await rig.events("scanned")).slice(-1);
  expect(Math.abs(Date.parse(event?.at ?? "") - Date.now())).toBeLessThan(60_000);
  expect((await rig.run("doctor")).stdout).toMatch(
    /\nLog\n {2}note {5}the clock went back: event \d+ is dated \d{4}-.*, and the one before it \d{4}-/,
  );
});
