import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { by, gated, hashOf } from "./rig/deciding.ts";
import { draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

/** A project whose designs are approved, with some lines in its config. */
async function rigThatApproves(annotation: object, config = "", people: string | null = null): Promise<Rig> {
  const rig = await makeRig({
    ...draft,
    protocols: [...draft.protocols, { name: "build", requires: ["design-approval", "design"], produces: ["code"] }],
    schemas: { "design-approval": { "x-runa": { kind: "approval", of: "design", ...annotation }, type: "object" } },
    config,
  });
  if (people !== null) rig.write("people.toml", people);
  return rig;
}

/** What `doctor` says of approvals, and whether it is healthy. */
async function doctor(rig: Rig, env: Readonly<Record<string, string>> = {}) {
  const { exitCode, json } = await rig.run("doctor", "--health", "--json", { env });
  const { approvals } = json as unknown as { approvals: { level: string; file: string; message: string }[] };
  return { exitCode, approvals: approvals.map(({ level, message }) => `${level}: ${message}`), entries: approvals };
}

/** A key in the home of a rig, with which git signs. */
function signingKey(rig: Rig, passphrase = ""): { file: string; line: string } {
  const file = join(rig.directory, "home/key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "key", "-f", file]);
  rig.write("../home/.gitconfig", `[gpg]\nformat = ssh\n[user]\nsigningkey = ${file}\n`);
  return { file, line: readFileSync(`${file}.pub`, "utf8").trim() };
}

const NAMED = '[approvals]\npeople = "people.toml"\n';
const REQUIRED = `${NAMED}required = true\n`;

describe("doctor", () => {
  test("has nothing to say where one person is enough", async () => {
    expect(await doctor(await rigThatApproves({}))).toMatchObject({ exitCode: 0, approvals: [] });
    const rig = await makeRig(draft);
    expect(await doctor(rig)).toMatchObject({ exitCode: 0, approvals: [] });
    expect((await rig.run("doctor", "--health")).stdout).not.toContain("Approvals");
  });

  test("finds that several people are asked for and one could take their names", async () => {
    const nobody = await rigThatApproves({ min: 2 });
    expect(await doctor(nobody)).toMatchObject({
      exitCode: 1,
      approvals: [
        "problem: 'design-approval' takes 2 people, and no people are named, so that one could take 2 names: name them with [approvals] people",
      ],
      entries: [{ file: join(nobody.methodology, "schemas/design-approval.schema.json") }],
    });
    const unsigned = await rigThatApproves({ min: 2 }, NAMED, '[people.a]\ngit = ["A"]\n[people.b]\ngit = ["B"]\n');
    expect((await doctor(unsigned)).approvals).toEqual([
      "problem: 'design-approval' takes 2 people, and decisions are not signed, so that one could take 2 names: set [approvals] required = true",
    ]);
    expect((await unsigned.run("doctor", "--health")).stdout).toContain(
      `Approvals\n  problem  ${join(unsigned.methodology, "schemas/design-approval.schema.json")}  'design-approval' takes 2 people`,
    );
  });

  test("finds that too few people could ever approve", async () => {
    const role = await rigThatApproves({ role: "security" });
    expect((await doctor(role)).approvals).toEqual([
      "problem: 'design-approval' takes 1 person with the role 'security', of whom there are 0: nothing can be approved by it",
    ]);
    const people = '[people.a]\ngit = ["A"]\nroles = ["security"]\n';
    expect((await doctor(await rigThatApproves({ role: "security" }, NAMED, people))).approvals).toEqual([]);
    expect((await doctor(await rigThatApproves({ role: "security" }, REQUIRED, people))).approvals).toEqual([
      "problem: 'design-approval' takes 1 person with the role 'security' and a valid key, of whom there are 0: nothing can be approved by it",
    ]);
  });

  test("finds a file of people that cannot be used, also where nothing is decided", async () => {
    const rig = await makeRig({ ...draft, config: NAMED });
    expect(await doctor(rig)).toMatchObject({
      exitCode: 1,
      approvals: [expect.stringMatching(/^problem: 'people' names \S+people.toml, which cannot be read/)],
      entries: [{ file: ".runa/config.toml", line: 3, column: 10 }],
    });
    rig.write("people.toml", "[people.a]\nrole = []\n");
    expect(await doctor(rig)).toMatchObject({
      approvals: ["problem: unknown key 'role' in [people.a] — did you mean 'roles'?"],
      entries: [{ file: "people.toml", line: 2, column: 1 }],
    });
  });

  test("warns of a key without a passphrase where signatures are required", async () => {
    const rig = await rigThatApproves({}, REQUIRED, "");
    const { line, file } = signingKey(rig);
    rig.write("people.toml", `[people.a]\nkeys = [{ key = "${line}" }]\n`);
    expect(await doctor(rig)).toMatchObject({
      exitCode: 0,
      approvals: [
        expect.stringMatching(
          /^warning: the key SHA256:\S{43}, which git signs with, has no passphrase: whoever has your rights, as agents have, can sign with it/,
        ),
      ],
      entries: [{ file }],
    });
    expect((await rig.run("doctor", "--health", "--strict")).exitCode).toBe(1);
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-N", "", "-f", file]);
    expect((await doctor(rig)).approvals).toHaveLength(1);
  });

  test("warns of one that an agent holds, and not of one that asks for a passphrase", async () => {
    const rig = await rigThatApproves({}, REQUIRED, "");
    const { line, file } = signingKey(rig, "a passphrase");
    rig.write("people.toml", `[people.a]\nkeys = [{ key = "${line}" }]\n`);
    const socket = join(rig.directory, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void agent.kill());
    await once(agent.stdout, "data");
    const env = { SSH_AUTH_SOCK: socket };
    expect((await doctor(rig, env)).approvals).toEqual([]);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "a passphrase", "-N", "", "-f", file]);
    execFileSync("ssh-add", ["-q", file], { env: { ...process.env, ...env }, stdio: "pipe" });
    execFileSync("ssh-keygen", ["-q", "-p", "-N", "a passphrase", "-f", file]);
    expect((await doctor(rig, env)).approvals).toEqual([
      expect.stringMatching(/^warning: the key SHA256:\S{43}, which git signs with, is held by an ssh-agent/),
    ]);
  });
});

test("decisions that newer ones have replaced are the normal life of a gate; an invalid one is a problem", async () => {
  const rig = await makeRig(gated);
  const decide = async (verb: string, person: string) =>
    expect(
      await rig.run(verb, "design", "d1", "--hash", await hashOf(rig, "design/d1"), "--note", "says why", by(person)),
    ).toMatchObject({ exitCode: 0 });
  await decide("reject", "anna");
  rig.artifact("design/d1", { title: "Again" });
  await decide("approve", "anna");
  await decide("approve", "anna");
  const { exitCode, stdout, json } = await rig.run("doctor", "--health");
  expect(stdout).toContain(
    "  note     design-approval: 1 decision replaced by a newer one, or on what has changed since\n  note     design-rejection: 1 decision replaced",
  );
  expect(stdout).toMatch(/\nhealthy\n$/);
  expect({ exitCode, json }).toEqual({ exitCode: 0, json: undefined });
  expect((await rig.run("doctor", "--health", "--strict", "--json")).json).toMatchObject({
    problems: 0,
    warnings: 0,
    unhealthy: [],
    stale_decisions: 2,
  });
  expect((await rig.run("state")).stdout).not.toContain("warning");
  expect((await rig.run("scan")).stdout).not.toContain("stale");
  expect((await rig.run("scan", "--json")).json).toMatchObject({ unhealthy: [] });

  rig.artifact("design-approval/forged", { decision: "approved" });
  expect((await rig.run("doctor", "--health", "--json")).json).toMatchObject({
    problems: 1,
    unhealthy: [{ instance_id: "forged", status: "invalid" }],
    stale_decisions: 2,
  });
  expect((await rig.run("state")).stdout).toContain(
    "warning: design-approval/forged is invalid; `runa doctor` says why",
  );
});
