import { rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { keepOtherwise } from "./rig/store-edit.ts";

const PEOPLE = `[people.anna]
git = ["Anna"]
keys = [{ key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJHvehW+4UN0Y5JTd2T28+CcNyp9Jydevpn6tsRfSc7F" }]
`;
const AGENTS = { SSH_AUTH_SOCK: "/nowhere/agent", GPG_AGENT_INFO: "/nowhere/gpg:1:1" };

/** A project with a file of people. */
async function rigWithPeople(more = "", options = chain): Promise<Rig> {
  const rig = await makeRig({ ...options, config: `[approvals]\npeople = "people.toml"\n${more}` });
  rig.write("people.toml", PEOPLE);
  return rig;
}

const own = (rig: Rig) => join(rig.directory, "home/.config/runa/approvals.toml");

describe("where signatures are required, attempts get no agents that sign", () => {
  test.each([
    { title: "by the config", more: "required = true\n", text: null },
    { title: "by the user's own file", more: "", text: "required = true\n" },
  ])("$title, also where the config lists them", async ({ more, text }) => {
    const rig = await rigWithPeople(more, { ...draft, settings: 'env = ["SSH_AUTH_SOCK", "GPG_AGENT_INFO", "KEPT"]' });
    if (text !== null) rig.write("../home/.config/runa/approvals.toml", text);
    const step = rig.start("step", { env: { ...AGENTS, KEPT: "kept" } });
    const agent = await rig.nextAttempt();
    expect(agent.env).toMatchObject({ KEPT: "kept" });
    expect(Object.keys(agent.env).filter((name) => name in AGENTS)).toEqual([]);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });

  test("and where they are not, they get what there is", async () => {
    const rig = await rigWithPeople("", draft);
    const step = rig.start("step", { env: AGENTS });
    const agent = await rig.nextAttempt();
    expect(agent.env).toMatchObject(AGENTS);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    expect((await step.ended()).exitCode).toBe(0);
  });
});

test.each([
  { required: false, believed: true },
  { required: true, believed: false },
])("where signatures are required ($required) what the store keeps of the methodology is not believed", async (one) => {
  const rig = await rigWithPeople(`required = ${one.required}\n`, draft);
  await rig.run("state");
  keepOtherwise(rig.project, (kept) => kept.replace('"produces":["design"]', '"produces":[]'));
  expect((await rig.run("list")).stdout.includes("design")).toBe(!one.believed);
});

describe("when it changes while an attempt runs who may decide,", () => {
  const config = (rig: Rig, from: string, to: string) =>
    rig.write(".runa/config.toml", rig.read(".runa/config.toml").replace(from, to));

  test.each<{ title: string; change: (rig: Rig) => void; file: (rig: Rig) => string }>([
    {
      title: "by the file of people",
      change: (rig) => rig.write("people.toml", `${PEOPLE}[people.mallory]\ngit = ["Mallory"]\n`),
      file: (rig) => join(rig.project, "people.toml"),
    },
    {
      title: "as the file of people is gone",
      change: (rig) => rmSync(join(rig.project, "people.toml")),
      file: (rig) => join(rig.project, "people.toml"),
    },
    {
      title: "by a file of the user's own that was not there",
      change: (rig) => rig.write("../home/.config/runa/approvals.toml", "required = true\n"),
      file: own,
    },
    {
      title: "by the config",
      change: (rig) => config(rig, "required = true", "required = false"),
      file: (rig) => join(rig.project, ".runa/config.toml"),
    },
  ])("$title, nothing further starts and run ends with 1", async ({ change, file }) => {
    const rig = await rigWithPeople("required = true\n");
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    change(rig);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stdout } = await run.ended();
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`changed while it ran: ${file(rig)}`);
    expect(stdout).toContain(`ran then: draft, attempt ${agent.id}, judged by what was loaded: delivered`);
    expect(stdout).toMatch(
      /^policy_changed: what says who may decide changed while it ran, nothing further was started; 1 protocol delivered; `runa run` goes on$/m,
    );
    expect((await rig.events("run_ended")).map(({ body }) => body.outcome)).toEqual(["policy_changed"]);
  });

  test("the summary of the events names the file", async () => {
    const rig = await rigWithPeople();
    const run = rig.start("run", "--events");
    const agent = await rig.nextAttempt();
    rig.write("people.toml", "");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const summary = JSON.parse((await run.ended()).stdout.trim().split("\n").at(-1) ?? "");
    expect(summary).toMatchObject({
      outcome: "policy_changed",
      exit_code: 1,
      changed: [join(rig.project, "people.toml")],
      ran: [agent.id],
    });
  });

  test("and what says the same, or nothing of decisions, changes nothing", async () => {
    const rig = await rigWithPeople();
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    rig.write("people.toml", PEOPLE);
    config(rig, "[agent]", "# the same\n[agent]");
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const next = await rig.nextAttempt();
    await next.deliver("code", "c1", { title: "Code" });
    await next.exit(0);
    expect((await run.ended()).exitCode).toBe(0);
  });
});

test("run and step start nothing while who may decide cannot be read", async () => {
  const rig = await rigWithPeople();
  rig.write("people.toml", `${PEOPLE}[people.boris]\ngit = ["Anna"]\n`);
  for (const command of ["run", "step"]) {
    const { exitCode, stderr } = await rig.run(command);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `error: people.toml:5:8  the git name "Anna" is anna's already: each belongs to one person`,
    );
  }
  rmSync(join(rig.project, "people.toml"));
  const { exitCode, stderr } = await rig.run("run");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: \S+config\.toml:3:10 {2}'people' names \S+people\.toml, which cannot be read/);
  expect(await rig.events("claimed")).toEqual([]);
  expect((await rig.run("state")).exitCode).toBe(0);
});

describe("a claim tells the policy in force and who has the work done", () => {
  test("by the name under which people decide", async () => {
    const rig = await rigWithPeople("", {
      ...draft,
      types: ["design-approval"],
      schemas: { "design-approval": { "x-runa": { kind: "approval", of: "design" }, type: "object" } },
    });
    rig.write("../home/.gitconfig", "[user]\nname = Anna\n");
    const step = rig.start("step");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    await step.ended();
    const [claimed] = await rig.events("claimed");
    expect(claimed?.body).toMatchObject({
      actor: { kind: "person", name: "anna" },
      policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  test("and where there is none, by the account", async () => {
    const rig = await makeRig(draft);
    rig.write("../home/.gitconfig", "[user]\nname = Anna\n");
    const step = rig.start("step");
    await (await rig.nextAttempt()).exit(1);
    await step.ended();
    const [claimed] = await rig.events("claimed");
    expect(claimed?.body).toMatchObject({ actor: { kind: "person", name: userInfo().username } });
    expect(Object.keys(claimed?.body ?? {})).not.toContain("policy");
  });
});
