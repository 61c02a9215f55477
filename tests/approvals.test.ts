import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { by, deciding, decisionFiles, gated, hashOf } from "./rig/deciding.ts";
import { makeGuarded, peopleToml } from "./rig/guarded.ts";
import { makeRig, type Rig } from "./rig/rig.ts";

async function approve(rig: Rig, name: string, words: readonly string[], person: string) {
  const [type = "", id = ""] = name.split("/");
  return rig.run("approve", type, id, "--hash", await hashOf(rig, name), ...words, by(person));
}

const people = `
[people.anna]
git = ["anna"]
roles = ["security"]
[people.ben]
git = ["ben"]
[people.cleo]
git = ["cleo"]
roles = ["security", "legal"]
`;

describe("runa approvals", () => {
  const two = {
    ...gated,
    types: ["design-rejection", "legal-approval"],
    schemas: {
      "design-approval": deciding({ kind: "approval", of: "design", min: 2 }),
      "legal-approval": deciding({ kind: "approval", of: "design", role: "legal" }),
      "design-rejection": deciding({ kind: "rejection", of: "design" }),
    },
    config: '[approvals]\npeople = "people.toml"\n',
  };

  test("lists what an artifact lacks, and what was decided on it", async () => {
    const rig = await makeRig(two);
    rig.write("people.toml", people);
    expect(await approve(rig, "design/d1", ["--as", "design-approval", "--note", "well"], "anna")).toMatchObject({
      exitCode: 0,
    });
    const hash = await hashOf(rig, "design/d1");
    const waiting = await rig.run("approvals");
    expect(waiting.exitCode).toBe(0);
    expect(waiting.stdout.replace(/since +[-0-9: ]+\n/, "since    …\n")).toBe(
      [
        "design/d1",
        `  content  ${hash}`,
        "  lacks    design-approval: 1 of 2, by anna",
        "  lacks    legal-approval: 0 of 1; role legal",
        "  waiting  build",
        "  since    …",
        "  decide   `runa approve design d1`, or `runa reject design d1`",
        "",
      ].join("\n"),
    );
    expect((await rig.run("approvals", "design")).stdout).toBe(waiting.stdout);
    // Whoever has one role may approve by one type only, which need not be named.
    expect((await approve(rig, "design/d1", [], "ben")).stdout).toBe(
      "approved: design/d1, by ben, as design-approval\n",
    );
    expect((await approve(rig, "design/d1", [], "cleo")).stderr).toMatch(/^error: 'design' has several approval types/);
    expect((await rig.run("state")).stdout).toMatch(/READY\n {2}build\n/);
    await approve(rig, "design/d1", ["--as", "legal-approval"], "cleo");
    expect((await rig.run("approvals")).stdout).toBe("nothing awaits a decision\n");
    await rig.run("reject", "design", "d1", "--hash", hash, "--note", "no\nand\u001b[2J no", by("cleo"));
    const { stdout } = await rig.run("approvals", "design/d1");
    expect(stdout).toMatch(/^design\/d1 {2}not approved\n/);
    expect(
      stdout
        .slice(stdout.indexOf("4 decisions"))
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "…")
        .replace(/\/[0-9a-f-]{36}/g, "/ID"),
    ).toBe(
      [
        "4 decisions, the latest first:",
        "  rejected by cleo, …: stands",
        "    design-rejection/ID",
        "    > no",
        "    > and\\u{1b}[2J no",
        "  approved by cleo, …: replaced",
        "    legal-approval/ID",
        "  approved by ben, …: stands",
        "    design-approval/ID",
        "  approved by anna, …: stands",
        "    design-approval/ID",
        "    > well",
        "",
      ].join("\n"),
    );
    expect((await rig.run("approvals", "design", "d1", "--json")).json).toMatchObject({
      kind: "decisions",
      approved: false,
    });
  });

  test("names each work unit that waits", async () => {
    const rig = await makeRig({
      ...gated,
      protocols: [{ name: "build", requires: ["design", "design-approval"], produces: ["code"], scoped: true }],
      artifacts: {
        "design/d1": { title: "A", work_unit: "checkout" },
        "design/d2": { title: "B", work_unit: "search" },
        "design/d3": { title: "C" },
      },
    });
    const waiters = async (...words: string[]) => {
      const { stdout } = await rig.run("approvals", "--json", ...words);
      const { awaiting } = JSON.parse(stdout) as { awaiting: { instance_id: string; waiters: object[] }[] };
      return Object.fromEntries(awaiting.map((one) => [one.instance_id, one.waiters]));
    };
    const [checkout, search] = ["checkout", "search"].map((unit) => ({ protocol: "build", work_unit: unit }));
    expect(await waiters()).toEqual({ d1: [checkout], d2: [search], d3: [checkout, search] });
    expect(await waiters("--work-unit", "search")).toEqual({ d2: [search], d3: [search] });
  });

  test.each([
    [["desing"], /has no artifact type 'desing'.*'design'/],
    [["need"], /^error: nobody decides on 'need': it has neither an approval type nor a rejection type/],
    [["design", "d2"], /did you mean 'd1'/],
  ])("%j is an error", async (words, message) => {
    const rig = await makeRig(gated);
    const { exitCode, stderr } = await rig.run("approvals", ...words);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

test("without INSTANCE the only one that awaits a decision is meant", async () => {
  const rig = await makeRig({ ...gated, artifacts: { "design/d1": { title: "A" }, "design/d2": { title: "B" } } });
  const hash = await hashOf(rig, "design/d1");
  const which = await rig.run("approve", "design", "--hash", hash, by("anna"));
  expect(which.stderr).toBe(
    "error: several instances of 'design' await a decision: name the one that you decide on: d1, d2\n",
  );
  await approve(rig, "design/d2", [], "anna");
  expect(await rig.run("approve", "design", "--hash", hash, by("anna"))).toMatchObject({
    exitCode: 0,
    stdout: "approved: design/d1, by anna, as design-approval\n",
  });
  expect((await rig.run("approve", "design", "--hash", hash, by("anna"))).stderr).toBe(
    "error: nothing of 'design' awaits a decision: d1 is approved already. Name the instance to decide on it again\n",
  );
  await rig.run("reject", "design", "d1", "--hash", hash, "--note", "not yet", by("anna"));
  expect((await rig.run("approve", "design", "--hash", hash, by("anna"))).stderr).toContain("d1 is rejected already");
  expect((await rig.run("approve", "design", "--hash", "sha256:0000000000000000", by("anna"))).stderr).toBe(
    "error: nothing of 'design' awaits a decision: name the instance that you decide on\n",
  );
});

test("an approval that would count for nothing is not made", async () => {
  const rig = await makeRig({
    ...gated,
    schemas: {
      ...gated.schemas,
      "design-approval": deciding({ kind: "approval", of: "design", role: "security", not_author: true }),
    },
    config: '[approvals]\npeople = "people.toml"\n',
  });
  rig.write("people.toml", people);
  expect((await approve(rig, "design/d1", [], "ben")).stderr).toBe(
    "error: ben's approval would count for nothing as 'design-approval': it takes somebody with the role 'security'. Nothing was decided\n",
  );
  expect((await approve(rig, "design/d1", [], "eve")).exitCode).toBe(1);
  expect(decisionFiles(rig, "design-approval")).toEqual([]);
  expect(await approve(rig, "design/d1", [], "anna")).toMatchObject({ exitCode: 0 });
  // Whoever has lost the role may withdraw all the same.
  rig.write("people.toml", people.replace('["security"]', "[]"));
  expect((await rig.run("approvals", "design", "d1")).stdout).toContain("approved by anna");
  expect(await rig.run("revoke", "design", "d1", "--note", "x", by("anna"))).toMatchObject({ exitCode: 0 });
});

test("where signatures are required, a decision is signed with the key of whoever decides", async () => {
  const rig = await makeRig({ ...gated, config: '[approvals]\npeople = "people.toml"\nrequired = true\n' });
  const key = join(rig.directory, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "anna", "-f", key]);
  const line = readFileSync(`${key}.pub`, "utf8").trim();
  rig.write("people.toml", `[people.anna]\nkeys = [{ key = ${JSON.stringify(line)} }]\n`);
  const unsigned = await approve(rig, "design/d1", [], "anna");
  expect(unsigned.exitCode).toBe(1);
  expect(decisionFiles(rig, "design-approval")).toEqual([]);
  expect(await approve(rig, "design/d1", ["--key", key], "whoever")).toMatchObject({
    exitCode: 0,
    stdout: "approved: design/d1, by anna, as design-approval\n",
  });
  expect(decisionFiles(rig, "design-approval")).toMatchObject([
    {
      by: { name: "anna", key: expect.stringMatching(/^SHA256:/) },
      signature: expect.stringMatching(/^-----BEGIN SSH SIGNATURE-----\n/),
    },
  ]);
  const [event] = await rig.events("decision");
  expect(event?.body).toMatchObject({ by: "anna", key: expect.stringMatching(/^SHA256:/) });
  expect((await rig.run("state")).stdout).toMatch(/READY\n {2}build\n/);
  expect(await rig.run("revoke", "design", "d1", "--note", "x", "--key", key)).toMatchObject({ exitCode: 0 });
  expect((await rig.run("approvals")).stdout).toMatch(/^design\/d1\n/);
});

describe("why a decision does not count", () => {
  /** What is said of the decisions on the design, the latest first, and of files that nothing attests. */
  async function told(rig: Rig) {
    const { stdout } = await rig.run("approvals", "design", "d1", "--json");
    const { decisions, not_attested } = JSON.parse(stdout) as {
      decisions: { state: string; why?: string; note?: string }[];
      not_attested: { instance_id: string; why: string }[];
    };
    return {
      decisions: decisions.map(({ state, why }) => (why === undefined ? state : `${state}: ${why}`)),
      notes: decisions.map(({ note }) => note),
      not_attested: not_attested.map(({ why }) => why),
    };
  }

  const onlyFile = (rig: Rig) => rig.path(rig.artifacts().find((name) => name.startsWith("design-approval/")) ?? "");

  test("it was edited since, or has gone", async () => {
    const rig = await makeRig(gated);
    await approve(rig, "design/d1", ["--note", "well done"], "anna");
    const file = onlyFile(rig);
    const made = rig.read(file);
    rig.write(file, made.replace("well done", "rather well"));
    const edited = "not attested: it was edited since it was made with runa approve";
    expect(await told(rig)).toMatchObject({ decisions: [`refused: ${edited}`], not_attested: [] });
    expect((await rig.run("approvals", "design", "d1")).stdout).toContain(`: does not count; ${edited}\n`);
    expect((await rig.run("doctor", "--health")).stdout).toContain(edited);
    expect((await rig.run("audit", "design")).stdout).toContain(`, does not stand any more: ${edited}\n`);
    rig.remove(file);
    expect((await told(rig)).decisions).toEqual(["refused: its file has gone"]);
    rig.write(file, made);
    await approve(rig, "design/d1", [], "anna");
    expect((await told(rig)).decisions).toEqual(["stands", "replaced"]);
    expect((await rig.run("audit", "design")).stdout).toContain(", does not stand any more: replaced\n");
    rig.artifact("design/d1", { title: "Another" });
    expect((await told(rig)).decisions).toEqual(["stale", "stale"]);
  });

  test("this log does not know it, which is a clone's", async () => {
    const rig = await makeRig(gated);
    await approve(rig, "design/d1", [], "anna");
    rig.remove(".runa/store");
    const why =
      "not attested: decisions are made with runa approve, and this log knows of none here; one from another clone has to be signed";
    expect(await told(rig)).toMatchObject({ decisions: [], not_attested: [why] });
    expect((await rig.run("approvals", "design", "d1")).stdout).toMatch(
      /\nnothing was decided on it\n\n1 file that would decide on it:\n {2}design-approval\/[-0-9a-f]+: not attested: .* has to be signed\n$/,
    );
  });

  test("it is not signed, or its key was not valid; a signed one of a clone has its note", async () => {
    const log = await makeGuarded("signatures");
    const { rig } = log;
    const config = rig.read(".runa/config.toml");
    rig.write(".runa/config.toml", config.replace("required = true\n", ""));
    await approve(rig, "design/d1", ["--as", "design-approval"], "anna");
    await rig.run("revoke", "design", "d1", "--note", "take it back", by("anna"));
    rig.write(".runa/config.toml", config);
    const unsigned = "not attested: it carries no signature";
    expect((await told(rig)).decisions).toEqual([`stands: ${unsigned}`, `refused: ${unsigned}`]);

    const signed = await makeGuarded("signatures");
    await approve(
      signed.rig,
      "design/d1",
      ["--as", "design-approval", "--note", "well done", "--key", signed.keyOf("anna")],
      "anna",
    );
    signed.rig.remove(".runa/store");
    expect(await told(signed.rig)).toMatchObject({ decisions: ["stands"], notes: ["well done"] });
    const ended = ", valid_before = 2020-01-01T00:00:00Z";
    signed.rig.write("people.toml", peopleToml(signed, ["anna"], ended));
    expect((await told(signed.rig)).not_attested).toEqual([
      expect.stringMatching(/^not attested: it is signed with SHA256:\S+, which is anna's until 2020-01-01T\S+ only/),
    ]);
  });
});

test("where only a rejection settles what is left, a run says so", async () => {
  const rig = await makeRig(gated);
  await rig.run("reject", "design", "d1", "--hash", await hashOf(rig, "design/d1"), "--note", "not this", by("anna"));
  const rejected = await rig.run("run");
  expect(rejected.exitCode).toBe(0);
  expect(rejected.stdout).toContain(
    "all_complete: nothing to do, nothing is owed while the rejection of design/d1 stands\n",
  );
  rig.remove(rig.path("design/d1"));
  rig.remove(rig.path("need/n1"));
  expect((await rig.run("run")).stdout).not.toContain("rejection");
});
