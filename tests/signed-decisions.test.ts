import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { by, hashOf } from "./rig/deciding.ts";
import { type Guarded, makeGuarded, makeKey, peopleToml } from "./rig/guarded.ts";

/** What is left of a project in a clone: everything but its store. */
function cloned({ rig }: Guarded): void {
  rmSync(join(rig.project, ".runa/store"), { recursive: true });
}

/** Changes who may decide to these. */
function people(guarded: Guarded, names: readonly string[], more = ""): void {
  guarded.rig.write("people.toml", peopleToml(guarded, names, more));
}

describe("a fresh clone", () => {
  test("keeps what people signed", async () => {
    const guarded = await makeGuarded("signatures", 2);
    await guarded.decide("anna");
    await guarded.decide("boris");
    cloned(guarded);
    expect(await guarded.isOpen()).toBe(true);
    guarded.rig.artifact("design/d1", { title: "Another" });
    expect(await guarded.isOpen()).toBe(false);
  });

  test("keeps a rejection that is newer than the approval, and nothing that is not signed", async () => {
    const guarded = await makeGuarded("signatures");
    await guarded.decide("anna");
    await guarded.decide("boris", "reject");
    cloned(guarded);
    expect(await guarded.isOpen()).toBe(false);
    const unsigned = await makeGuarded("log");
    await unsigned.decide("anna");
    cloned(unsigned);
    expect(await unsigned.isOpen()).toBe(false);
    expect(await unsigned.wrongWith(`design-approval/${unsigned.decision().id}`)).toBe(
      "not attested: decisions are made with runa approve, and this log knows of none here; one from another clone has to be signed",
    );
  });
});

describe("when a person leaves", () => {
  test("their approvals fall, and come back with them", async () => {
    const guarded = await makeGuarded("signatures");
    await guarded.decide("anna");
    people(guarded, ["boris"]);
    expect(await guarded.isOpen()).toBe(false);
    expect(await guarded.wrongWith(`design-approval/${guarded.decision().id}`)).toMatch(
      /^not attested: it is signed with SHA256:\S{43}, which is the key of none of the people$/,
    );
    people(guarded, ["anna", "boris"]);
    expect(await guarded.isOpen()).toBe(true);
  });

  test("their rejection outweighs until somebody who may overrides it", async () => {
    const guarded = await makeGuarded("signatures");
    await guarded.decide("anna");
    await guarded.decide("boris", "reject");
    people(guarded, ["anna"]);
    expect(await guarded.isOpen()).toBe(false);
    await guarded.decide("anna");
    expect(await guarded.isOpen()).toBe(true);
  });
});

test("a key that is taken out of use signs no more, and what it signed before stays signed", async () => {
  const guarded = await makeGuarded("signatures");
  await guarded.decide("anna");
  const now = new Date().toISOString();
  people(guarded, ["anna", "boris"], `, valid_before = ${now}`);
  expect(await guarded.isOpen()).toBe(true);
  const again = await guarded.tries("approve", "design/d1", by("anna"), "anna");
  expect(again).toMatchObject({ exitCode: 1 });
  expect(again.stderr).toMatch(/^error: the key SHA256:\S{43} is anna's and not valid now/);
  // The new one takes its place.
  const before = peopleToml(guarded, ["anna"], `, valid_before = ${now}`);
  makeKey(guarded.keyOf("new"));
  const added = peopleToml(guarded, ["new"]).split("\n")[2]?.replace("keys = [", "").replace("]", "");
  guarded.rig.write("people.toml", before.replace(/\]\n$/, `, ${added}]\n`));
  expect((await guarded.tries("approve", "design/d1", by("anna"), "new")).exitCode).toBe(0);
  // A clone has no event that says when the old key signed.
  for (const name of guarded.rig.artifacts().filter((one) => one.startsWith("design-approval/")))
    if (name !== `design-approval/${guarded.decision().id}`) rmSync(join(guarded.rig.project, guarded.rig.path(name)));
  cloned(guarded);
  expect(await guarded.isOpen()).toBe(false);
});

test("two people who decide at the same moment have both decided", async () => {
  const guarded = await makeGuarded("signatures", 2);
  const answers = await Promise.all(
    ["anna", "boris"].map((name) => guarded.tries("approve", "design/d1", by(name), name)),
  );
  expect(answers.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
    { exitCode: 0, stderr: "" },
    { exitCode: 0, stderr: "" },
  ]);
  expect((await guarded.rig.events("decision")).map(({ body }) => body.by).sort()).toEqual(["anna", "boris"]);
  expect(await guarded.isOpen()).toBe(true);
});

test("what changes while it is signed is not approved", async () => {
  const guarded = await makeGuarded("signatures");
  const { rig } = guarded;
  const hash = await hashOf(rig, "design/d1");
  // The program that asks for the passphrase takes its time, in which the design changes.
  const askpass = join(rig.directory, "askpass");
  rig.write(
    "../askpass",
    `#!/bin/sh\necho '{"title": "Another"}' > ${join(rig.project, rig.path("design/d1"))}\necho passphrase\n`,
  );
  chmodSync(askpass, 0o755);
  makeKey(guarded.keyOf("slow"), "passphrase");
  people(guarded, ["anna", "boris", "slow"]);
  const { exitCode, stderr } = await rig.run(
    ...["approve", "design/d1", "--as", "design-approval", "--hash", hash, "--key", guarded.keyOf("slow")],
    by("slow", { env: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" } }),
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: .*design\/d1.*changed/m);
  expect(await rig.events("decision")).toEqual([]);
  expect(await guarded.isOpen()).toBe(false);
});
