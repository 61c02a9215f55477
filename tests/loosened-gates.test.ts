import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { by, deciding, gated } from "./rig/deciding.ts";
import { type MethodologyText, writeMethodology } from "./rig/methodology.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

const strict: MethodologyText = {
  ...gated,
  schemas: {
    "design-approval": deciding({ kind: "approval", of: "design", min: 2 }),
    "design-rejection": deciding({ kind: "rejection", of: "design" }),
  },
};

/** Without the gate: code is made of any design. */
const open: MethodologyText = {
  ...strict,
  types: ["design-rejection", "design-approval"],
  protocols: strict.protocols.map((protocol) =>
    protocol.name === "build" ? { ...protocol, requires: ["design"] } : protocol,
  ),
};

/** A project in which a run has gone by the strict methodology. */
async function afterARun(): Promise<Rig> {
  const rig = await makeRig({ ...gated, ...strict });
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  return rig;
}

async function change(rig: Rig, to: MethodologyText): Promise<void> {
  writeMethodology(rig.methodology, to);
}

const hashIn = (stderr: string) => /--accept-methodology (sha256:[0-9a-f]{64})`/.exec(stderr)?.[1] ?? "";

test.each(["run", "step"])("%s starts nothing where a gate is gone, until a person accepts that", async (command) => {
  const rig = await afterARun();
  await change(rig, open);
  const refused = await rig.run(command);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^error: the methodology may let through what had to be decided in the last run: build does not name 'design-approval' any more\. Nothing was started/,
  );
  // Whoever only looks is not kept from it, and is told.
  const dry = await rig.run(command, "--dry-run");
  expect(dry.exitCode).toBe(0);
  expect(dry.stderr).toMatch(
    /^warning: the methodology may let through what had to be decided in the last run: build /,
  );
  expect(await rig.run("state")).toMatchObject({ exitCode: 0 });
  const other = await rig.run(command, "--accept-methodology", "0123456789ab");
  expect(other.stderr).toMatch(
    /^error: --accept-methodology sha256:0123456789ab is not what lies there, which is sha256:/,
  );
  expect((await rig.run(command, "--accept-methodology", "0123")).stderr).toMatch(
    /^error: --accept-methodology takes a hash, or its first 12 digits or more, not '0123'/,
  );
  const hash = hashIn(refused.stderr);
  const accepted = rig.start(command, "--accept-methodology", hash, by("anna"));
  const agent = await rig.nextAttempt();
  expect(agent.protocol).toBe("build");
  await agent.deliver("code", "c1", { title: "Code" });
  await agent.exit(0);
  expect(await accepted.ended()).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("error") });
  const [first, second, ...more] = await rig.events("gates_changed");
  expect(more).toEqual([]);
  expect(first?.body).not.toHaveProperty("acceptance");
  expect(second?.body).toMatchObject({
    hash,
    acceptance: { decision: "methodology_accepted", methodology: hash, before: first?.body.hash, by: { name: "anna" } },
    actor: { kind: "person", name: "anna" },
  });
  // From then on it is what runs go by.
  expect(await rig.run("run")).toMatchObject({ exitCode: 0 });
  expect(await rig.events("gates_changed")).toHaveLength(2);
});

test.each<[string, (rig: Rig) => Promise<void>, RegExp]>([
  [
    "fewer people",
    (rig) =>
      change(rig, {
        ...strict,
        schemas: { ...strict.schemas, "design-approval": deciding({ kind: "approval", of: "design" }) },
      }),
    /'design-approval' takes 1 and took 2\./,
  ],
  [
    "a schema that asks for something else",
    (rig) =>
      change(rig, {
        ...strict,
        schemas: {
          ...strict.schemas,
          "design-approval": deciding({ kind: "approval", of: "design", min: 2 }, { maxProperties: 99 }),
        },
      }),
    /the schema of 'design-approval' has changed\./,
  ],
  [
    "no decisions at all",
    (rig) => change(rig, { ...open, types: [], schemas: {} }),
    /'design-approval' is no decision type any more; 'design-rejection' is no decision type any more; build does not name/,
  ],
  [
    "a protocol that goes around",
    (rig) =>
      change(rig, {
        ...strict,
        protocols: [...strict.protocols, { name: "hack", requires: ["need"], may_produce: ["code"] }],
      }),
    /hack newly writes 'code' without the approvals that others wait for\./,
  ],
  [
    "another place",
    async (rig) => {
      writeMethodology(join(rig.directory, "other"), strict);
      rig.write(
        ".runa/config.toml",
        rig.read(".runa/config.toml").replace(rig.methodology, join(rig.directory, "other")),
      );
    },
    /the manifest is \S*other\/manifest\.toml and was \S*methodology\/manifest\.toml\./,
  ],
])("%s has to be accepted", async (_, loosen, found) => {
  const rig = await afterARun();
  await loosen(rig);
  const { exitCode, stderr } = await rig.run("run");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(found);
  expect(await rig.events("gates_changed")).toHaveLength(1);
});

test("what is as strict, or stricter, is not asked for", async () => {
  const rig = await afterARun();
  const stricter = deciding(
    { kind: "approval", of: "design", min: 3, role: "lead", not_author: true },
    { title: "Yes" },
  );
  await change(rig, { ...strict, schemas: { ...strict.schemas, "design-approval": stricter } });
  writeFileSync(join(rig.methodology, "protocols/build/PROTOCOL.md"), "Build it. Deliver code.\n");
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  expect(await rig.events("gates_changed")).toHaveLength(2);
});

test("a protocol that was gone for a run has not lost its gates", async () => {
  const rig = await afterARun();
  const [draft] = strict.protocols;
  if (draft === undefined) throw new Error("there is a draft");
  await change(rig, { ...open, protocols: [draft] });
  expect(await rig.run("run")).toMatchObject({ exitCode: 0 });
  await change(rig, { ...open, protocols: [draft, { name: "build", requires: ["need"], produces: ["code"] }] });
  const { exitCode, stderr } = await rig.run("run");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/: build does not name 'design-approval' any more\./);
  await change(rig, { ...open, protocols: [draft, { name: "make", requires: ["need"], produces: ["code"] }] });
  expect((await rig.run("run")).stderr).toMatch(
    /: make newly writes 'code' without the approvals that others wait for\./,
  );
  await change(rig, strict);
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
});

test("what a gated protocol wrote stays guarded when it writes something else for a run", async () => {
  const rig = await afterARun();
  const build = { name: "build", requires: ["design", "design-approval"], produces: ["notes"] };
  const [draft] = strict.protocols;
  if (draft === undefined) throw new Error("there is a draft");
  await change(rig, { ...strict, protocols: [draft, build] });
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  const make = { name: "make", requires: ["need"], produces: ["code"] };
  await change(rig, { ...strict, protocols: [draft, build, make] });
  expect((await rig.run("run")).stderr).toMatch(
    /: make newly writes 'code' without the approvals that others wait for\./,
  );
  await change(rig, strict);
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
});

test("a protocol that went around the gates and is gone has to be accepted when it comes back", async () => {
  const around: MethodologyText = {
    ...strict,
    protocols: [...strict.protocols, { name: "hack", requires: ["note"], may_produce: ["code"] }],
  };
  const rig = await makeRig({ ...gated, ...around });
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  await change(rig, strict);
  expect(await rig.run("run")).toMatchObject({ exitCode: 3 });
  await change(rig, around);
  expect((await rig.run("run")).stderr).toMatch(
    /: hack newly writes 'code' without the approvals that others wait for\./,
  );
});

test("a methodology in which nobody decides leaves no trace of it", async () => {
  const rig = await makeRig({ protocols: [{ name: "draft", requires: ["need"], produces: ["design"] }] });
  await rig.run("run");
  expect(await rig.events("gates_changed")).toEqual([]);
});

test("no agent accepts it", async () => {
  const rig = await afterARun();
  await change(rig, open);
  const hash = hashIn((await rig.run("run")).stderr);
  const accepted = rig.start("run", "--accept-methodology", hash, by("anna"));
  const agent = await rig.nextAttempt();
  await change(rig, {
    ...open,
    protocols: [...open.protocols, { name: "more", requires: ["need"], may_produce: ["code"] }],
  });
  const inside = await rig.run("run", "--accept-methodology", hash, { env: { RUNA_ATTEMPT: agent.id } });
  expect(inside).toMatchObject({ exitCode: 1 });
  expect(inside.stderr).toMatch(/^error: this is inside attempt/);
  await agent.exit(1);
  await accepted.ended();
});

test("where signatures are required, one is needed, and what was taken without does not count", async () => {
  const rig = await afterARun();
  const key = join(rig.directory, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "anna", "-f", key]);
  const line = readFileSync(`${key}.pub`, "utf8").trim();
  await change(rig, open);
  const hash = hashIn((await rig.run("run")).stderr);
  const accept = ["run", "--accept-methodology", hash, "--max-attempts", "0"];
  const unsigned = rig.start(...accept, by("anna"));
  await (await rig.nextAttempt()).exit(1);
  await unsigned.ended();
  expect(await rig.events("gates_changed")).toHaveLength(2);
  // From now on only what is signed counts, also of what was taken before.
  rig.write("people.toml", `[people.anna]\ngit = ["anna"]\nkeys = [{ key = ${JSON.stringify(line)} }]\n`);
  rig.write(
    ".runa/config.toml",
    `${rig.read(".runa/config.toml")}\n[approvals]\npeople = "people.toml"\nrequired = true\n`,
  );
  expect((await rig.run("run")).stderr).toMatch(
    /^error: the methodology may let through .*build does not name 'design-approval'/,
  );
  expect((await rig.run(...accept, by("anna"))).exitCode).toBe(1);
  expect(await rig.events("gates_changed")).toHaveLength(2);
  const env = {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "gpg.format",
    GIT_CONFIG_VALUE_0: "ssh",
    GIT_CONFIG_KEY_1: "user.signingkey",
    GIT_CONFIG_VALUE_1: key,
  };
  const signed = rig.start(...accept, { env });
  await (await rig.nextAttempt()).exit(1);
  await signed.ended();
  const [, , last] = await rig.events("gates_changed");
  expect(last?.body).toMatchObject({
    hash,
    acceptance: {
      by: { name: "anna", key: expect.stringMatching(/^SHA256:/) },
      signature: expect.stringContaining("SSH SIGNATURE"),
    },
  });
  const next = rig.start("run");
  await (await rig.nextAttempt()).exit(1);
  expect(await next.ended()).toMatchObject({ exitCode: 2 });
});
