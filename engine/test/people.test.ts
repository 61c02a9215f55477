import { type WallTime, wallTimeOf } from "@runa/store";
import { afterAll, describe, expect, test } from "vitest";
import { DiagnosticsError } from "../src/diagnostic.ts";
import { readOwnApprovals, readPeople } from "../src/people/people-file.ts";
import { holderOf, type Policy, personOfGit, policyInForce } from "../src/people/policy.ts";
import { readConfig } from "../src/project/config.ts";
import { readPolicy } from "../src/project/policy.ts";
import { diagnosed } from "./support/config.ts";
import { Disk } from "./support/disk.ts";
import { makeKey, PretendedHardwareKey, publicLine } from "./support/ssh.ts";

const disk = new Disk();
afterAll(() => disk[Symbol.dispose]());
const KEY = publicLine(makeKey(disk.path, "one", "ed25519"));
const OTHER = new PretendedHardwareKey("sk-ecdsa-sha2-nistp256@openssh.com").line;
const TOKEN = "0123456789abcdef".repeat(4);

/** Everything that is wrong with a text, each with its place. */
async function wrong(text: string, read: (file: string, bytes: Buffer) => Promise<unknown> = readPeople) {
  try {
    await read("people.toml", Buffer.from(text));
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    return error.diagnostics.map(({ message, position }) => `${position?.line}:${position?.column} ${message}`);
  }
}

test("a whole file of people", async () => {
  const people = await readPeople(
    "people.toml",
    Buffer.from(`[people.anna]
git = ["Anna Berg", "anna"]
keys = [{ key = "${KEY}", valid_after = 2026-01-01, valid_before = 2027-01-01T00:00:00+01:00 }]
roles = ["security"]
may = ["read", "deliver", "decide", "run"]
token_sha256 = "${TOKEN}"
[people."Boris Ö"]
`),
  );
  expect([...people.keys()]).toEqual(["anna", "Boris Ö"]);
  expect(people.get("anna")).toMatchObject({
    name: "anna",
    git: ["Anna Berg", "anna"],
    keys: [
      {
        key: { type: "ssh-ed25519", text: KEY.split(" ").slice(0, 2).join(" ") },
        validAfter: wallTimeOf("2026-01-01T00:00:00Z"),
        validBefore: wallTimeOf("2026-12-31T23:00:00Z"),
      },
    ],
    roles: ["security"],
    may: ["read", "deliver", "decide", "run"],
    tokenSha256: TOKEN,
  });
  expect(people.get("Boris Ö")).toEqual({ name: "Boris Ö", git: [], keys: [], roles: [], may: [], tokenSha256: null });
});

describe("what is wrong in a file of people", () => {
  test.each([
    {
      title: "keys that mean nothing",
      text: '[persons.x]\n[people.a]\nrole = ["x"]\n',
      says: [
        "1:2 unknown key 'persons' in the file of people",
        "3:1 unknown key 'role' in [people.a] — did you mean 'roles'?",
      ],
    },
    {
      title: "people that are no tables",
      text: 'people = ["a"]\n',
      says: ["1:10 'people' must be a table, written [people.NAME], not a list"],
    },
    {
      title: "a person who is no table",
      text: "people.a = 1\n",
      says: ["1:12 'a' must be a table, written [people.a], not a number"],
    },
    {
      title: "names that are patterns or cannot be seen",
      text: '[people."*"]\n[people." a"]\n[people."a\\u202e"]\n',
      says: [
        `1:2 the name "*" is not usable: letters, digits and '._@+-', with single blanks between, at most 64 characters`,
        `2:2 the name " a" is not usable: letters, digits and '._@+-', with single blanks between, at most 64 characters`,
        `3:2 the name "a\u202e" is not usable: letters, digits and '._@+-', with single blanks between, at most 64 characters`,
      ],
    },
    {
      title: "git names that are patterns, twice there, or two people's",
      text: '[people.a]\ngit = ["A*", "A", "A", 1, ""]\n[people.b]\ngit = "A"\n[people.c]\ngit = ["A"]\n',
      says: [
        `2:8 'git' must hold values of git's user.name, without wildcards, not "A*"`,
        `2:19 'git' must hold each name once, not "A"`,
        "2:24 'git' must hold values of git's user.name, without wildcards, not a number",
        `2:27 'git' must hold values of git's user.name, without wildcards, not ""`,
        "4:7 'git' must be a list, in [people.b], not a string",
        `6:8 the git name "A" is a's already: each belongs to one person`,
      ],
    },
    {
      title: "rights and roles that are none",
      text: '[people.a]\nmay = ["reed", 1]\nroles = ["x?"]\n',
      says: [
        `2:8 'may' holds "reed": use read, deliver, decide, run — did you mean 'read'?`,
        "2:16 'may' holds 1: use read, deliver, decide, run",
        `3:10 'roles' must hold names of roles, without wildcards, not "x?"`,
      ],
    },
    {
      title: "a token in place of its hash, which is not shown",
      text: '[people.a]\ntoken_sha256 = "secret"\n',
      says: ["2:16 'token_sha256' must be 64 lower-case hexadecimal digits, not another text"],
    },
    {
      title: "keys that are none",
      text: `[people.a]\nkeys = ["x", { }, { key = "cert-authority ${KEY}" }, { key = "ssh-dss AAAA", until = 1 }]\n`,
      says: [
        "2:9 each of 'keys' must be a table, not a string",
        "2:14 a key of a person has no 'key': give the line of its .pub file",
        expect.stringMatching(/^2:\d+ the key is a certificate or a certificate authority: give the person's own key$/),
        expect.stringMatching(/^2:\d+ the key is of the type 'ssh-dss', which is not taken$/),
        expect.stringMatching(/^2:\d+ unknown key 'until' in a key of a person$/),
      ],
    },
    {
      title: "one key of two people, and one twice",
      text: `[people.a]\nkeys = [{ key = "${KEY}" }]\n[people.b]\nkeys = [{ key = "${KEY} again" }, { key = "${OTHER}" }, { key = "${OTHER}" }]\n`,
      says: [
        expect.stringMatching(/^4:17 the key SHA256:\S{43} is a's already: each belongs to one person, once$/),
        expect.stringMatching(/^4:\d+ the key SHA256:\S{43} is b's already: each belongs to one person, once$/),
      ],
    },
    {
      title: "times that are none",
      text: `[people.a]\n[[people.a.keys]]\nkey = "${KEY}"\nvalid_before = 2026-01-01T00:00:00\n[[people.a.keys]]\nkey = "${OTHER}"\nvalid_after = "2026-01-01"\nvalid_before = 12:00:00\n`,
      says: [
        "4:16 'valid_before' must be a date such as 2026-01-31, which begins in UTC, or a date and a time with a zone, not a time without a zone",
        "7:15 'valid_after' must be a date such as 2026-01-31, which begins in UTC, or a date and a time with a zone, not a string",
        "8:16 'valid_before' must be a date such as 2026-01-31, which begins in UTC, or a date and a time with a zone, not a time of any day",
      ],
    },
    {
      title: "a key whose time ends before it begins",
      text: `[[people.a.keys]]\nkey = "${KEY}"\nvalid_after = 2026-01-02\nvalid_before = 2026-01-02\n`,
      says: ["4:16 'valid_before' must be later than 'valid_after'"],
    },
  ])("$title", async ({ text, says }) => {
    expect(await wrong(text)).toEqual(says);
  });

  test.each(["2026-02-30", "2026-02-29T00:00:00Z"])("a day that no calendar has: %s", async (time) => {
    const text = `[people.a]\nkeys = [{ valid_after = ${time}, key = "${KEY}" }]\n`;
    expect(await wrong(text)).toEqual([`2:25 there is no ${time.slice(0, 10)}: correct the date`]);
  });

  test("a day that no calendar has disturbs nothing where it is no date of a key", async () => {
    expect(await wrong(`# 2026-02-30\n[people.a]\nkeys = [{ key = "${KEY}", valid_after = 2026-02-28 }]\n`)).toEqual(
      [],
    );
  });
});

test("the user's own file holds no path, and nothing of the console", async () => {
  const own = (text: string) => wrong(text, readOwnApprovals);
  expect(await own('required = true\n[people.a]\ngit = ["A"]\n')).toEqual([]);
  expect(await own('people = "/tmp/people.toml"\n')).toEqual([
    "1:10 'people' must be tables here, written [people.NAME], not a path: a file that is named could be one that agents write",
  ]);
  expect(await own('required = "yes"\n[people.a]\nmay = ["run"]\n')).toEqual([
    "1:12 'required' must be true or false, not a string",
    "3:1 unknown key 'may' in [people.a]",
  ]);
});

/** The policy of two texts; of the user's own, null for no file. */
async function policyOf(people: string | null, own: string | null, required = false): Promise<Policy> {
  return policyInForce(
    { required, people: people === null ? null : await readPeople("people.toml", Buffer.from(people)) },
    own === null ? null : await readOwnApprovals("approvals.toml", Buffer.from(own)),
  );
}

const at = (text: string) => wallTimeOf(text) as WallTime;

describe("the policy in force", () => {
  const project = `[people.anna]
git = ["Anna", "A"]
roles = ["security", "legal"]
may = ["run"]
keys = [{ key = "${KEY}", valid_after = 2026-01-01, valid_before = 2026-06-01 }, { key = "${OTHER}" }]
[people.boris]
git = ["Boris"]
`;

  test("without files anybody may, and nothing is required", async () => {
    expect(await policyOf(null, null)).toEqual({
      required: false,
      people: null,
      document: '{"people":null,"required":false}',
      hash: "sha256:2588126ba9767380f9ce2102217bddf2b0be64c9794fa9160577a635ebe8a41b",
    });
  });

  test("knows whose a git name and a key are", async () => {
    const policy = await policyOf(project, null);
    expect(personOfGit(policy, "A")?.name).toBe("anna");
    expect(personOfGit(policy, "a")).toBeNull();
    const key = KEY.split(" ").slice(0, 2).join(" ");
    expect(holderOf(policy, key, at("2026-05-31T23:59:59Z"))).toMatchObject({
      kind: "holds",
      person: { name: "anna" },
    });
    expect(holderOf(policy, key, at("2026-06-01T00:00:00Z"))).toMatchObject({ kind: "too_late" });
    expect(holderOf(policy, key, at("2025-06-01T00:00:00Z"))).toMatchObject({ kind: "too_early" });
    expect(holderOf(policy, "ssh-ed25519 x", at("2026-05-01T00:00:00Z"))).toEqual({ kind: "nobody" });
  });

  test("is narrowed by the user's own file to what both give", async () => {
    const policy = await policyOf(
      project,
      `required = true
[people.anna]
git = ["A", "B"]
roles = ["security", "boss"]
keys = [{ key = "${KEY}", valid_after = 2026-03-01, valid_before = 2027-01-01 }]
[people.clara]
git = ["Clara"]
`,
    );
    expect(policy.required).toBe(true);
    expect([...(policy.people?.keys() ?? [])]).toEqual(["anna"]);
    expect(policy.people?.get("anna")).toMatchObject({
      git: ["A"],
      roles: ["security"],
      may: ["run"],
      keys: [{ validAfter: at("2026-03-01T00:00:00Z"), validBefore: at("2026-06-01T00:00:00Z") }],
    });
    expect(policy.people?.get("anna")?.keys).toHaveLength(1);
  });

  test("has no key whose times in both do not meet, and nobody where the project dropped its people", async () => {
    const apart = await policyOf(project, `[people.anna]\nkeys = [{ key = "${KEY}", valid_after = 2026-06-01 }]\n`);
    expect(apart.people?.get("anna")?.keys).toEqual([]);
    expect((await policyOf(null, "[people.anna]\n")).people?.size).toBe(0);
  });

  test("requires signatures if either says so", async () => {
    expect((await policyOf(project, null, true)).required).toBe(true);
    expect((await policyOf(project, "required = false\n", true)).required).toBe(true);
    expect((await policyOf(project, "required = true\n", false)).required).toBe(true);
    expect((await policyOf(project, "required = false\n", false)).required).toBe(false);
  });

  test("has one hash whatever the order, and another for whatever counts; a token does not", async () => {
    const hashOf = async (text: string) => (await policyOf(text, null)).hash;
    const hash = await hashOf(project);
    const [anna = "", boris = ""] = project.split("[people.boris]");
    expect(await hashOf(`[people.boris]${boris}${anna}`.replace('"Anna", "A"', '"A", "Anna"'))).toBe(hash);
    expect(await hashOf(`${project}token_sha256 = "${TOKEN}"\n`)).toBe(hash);
    const changes = [
      ["legal", "law"],
      ["2026-06-01", "2026-06-02"],
      ['"Boris"', '"Bo"'],
      ["run", "read"],
      ["people.boris", "people.bo"],
    ];
    const hashes = await Promise.all(changes.map(([from = "", to = ""]) => hashOf(project.replace(from, to))));
    expect(new Set([hash, ...hashes, (await policyOf(project, null, true)).hash]).size).toBe(changes.length + 2);
  });
});

describe("of a project", () => {
  test("is read from the file that its config names, from the project's root, and the user's own", async () => {
    using made = new Disk();
    made.write({
      "p/.runa/config.toml": '[approvals]\npeople = "who/people.toml"\n',
      "p/who/people.toml": '[people.anna]\ngit = ["Anna"]\n[people.boris]\n',
      "home/runa/approvals.toml": "required = true\n[people.anna]\n",
    });
    const config = await readConfig(made.at("p/.runa/config.toml"));
    const policy = await readPolicy(made.at("p"), config, { XDG_CONFIG_HOME: made.at("none") });
    expect([policy.required, [...(policy.people?.keys() ?? [])]]).toEqual([false, ["anna", "boris"]]);
    const narrowed = await readPolicy(made.at("p"), config, { XDG_CONFIG_HOME: made.at("home") });
    expect([narrowed.required, [...(narrowed.people?.keys() ?? [])]]).toEqual([true, ["anna"]]);
  });

  test("cannot be had where a file of it is gone, wrong, or no file: nothing is left out in silence", async () => {
    using made = new Disk();
    made.write({ "p/.runa/config.toml": '[approvals]\npeople = "people.toml"\n', "home/runa/approvals.toml/x": "" });
    const config = await readConfig(made.at("p/.runa/config.toml"));
    const told = (environment: NodeJS.ProcessEnv) =>
      readPolicy(made.at("p"), config, environment).then(String, (error: Error) =>
        error.message.replaceAll(made.path, ""),
      );
    expect(await told({ XDG_CONFIG_HOME: made.at("none") })).toBe(
      "/p/.runa/config.toml:2:10: 'people' names /p/people.toml, which cannot be read (no such file or directory): correct it, or put the file back",
    );
    made.write({ "p/people.toml": "[people.a]\nx = 1\n" });
    expect(await told({ XDG_CONFIG_HOME: made.at("none") })).toBe("/p/people.toml:2:1: unknown key 'x' in [people.a]");
    made.write({ "p/people.toml": "" });
    expect(await told({ XDG_CONFIG_HOME: made.at("home") })).toMatch(
      /^\/home\/runa\/approvals.toml: the user's own approvals cannot be read: /,
    );
  });

  test.each([
    {
      text: '[approvals]\npeople = 1\nrequired = "x"\nkeys = []\n',
      says: [
        "2:10 error: 'people' must be a string, not a number",
        "3:12 error: 'required' must be true or false, not a string",
        "4:1 error: unknown key 'keys' in [approvals]",
      ],
    },
    {
      text: "[approvals]\nrequired = true\n",
      says: ["2:12 error: 'required' is true and no 'people' are named: signatures count by the keys of people"],
    },
  ])("with a config that is wrong: $text", async ({ text, says }) => {
    expect(await diagnosed(text)).toEqual(says);
  });
});
