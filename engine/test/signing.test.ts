import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { wallTime } from "@runa/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Decider, deciderNow } from "../src/people/decider.ts";
import { readPeople } from "../src/people/people-file.ts";
import { type Policy, policyInForce } from "../src/people/policy.ts";
import { signedDecision } from "../src/people/sign-decision.ts";
import { verdictOf } from "../src/people/verdict.ts";
import { Disk } from "./support/disk.ts";
import { makeKey, publicLine } from "./support/ssh.ts";

const DECISION = { v: 1, decision: "approved", by: { name: "anna" } };

/** A home with a git configuration, and the environment that leads there. */
class Home extends Disk {
  readonly environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: this.path,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CEILING_DIRECTORIES: this.path,
  };

  git(settings: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(settings))
      execFileSync("git", ["config", "--global", name, value], { env: this.environment });
  }

  key(name: string, type = "ed25519", passphrase = ""): string {
    return makeKey(this.path, name, type, passphrase);
  }

  decider(policy: Policy, keyFile?: string): Promise<Decider> {
    return deciderNow(policy, { root: this.path, environment: this.environment, keyFile });
  }

  /** What signing the decision comes to: whose signature it is, or why there is none. */
  async signs(policy: Policy, keyFile?: string): Promise<unknown> {
    try {
      const { key } = await this.decider(policy, keyFile);
      if (key === null) return "unsigned";
      const signed = await signedDecision(DECISION, key, this.environment, () => {});
      const verdict = verdictOf(signed, policy, wallTime());
      return verdict.kind === "signed" ? verdict.person : verdict.kind;
    } catch (error) {
      return (error as Error).message.replaceAll(this.path, "").replaceAll(/SHA256:\S{43}/g, "SHA256");
    }
  }

  /** An agent that lives as long as the test. */
  async agent(...keys: string[]): Promise<void> {
    const socket = this.at("agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void agent.kill());
    // It says where it listens as soon as it does.
    await once(agent.stdout, "data");
    this.environment.SSH_AUTH_SOCK = socket;
    for (const key of keys) execFileSync("ssh-add", ["-q", key], { env: this.environment, stdio: "pipe" });
  }
}

async function policyOf(people: Readonly<Record<string, string>>, required = true): Promise<Policy> {
  const text = Object.entries(people).map(([name, settings]) => `[people.${name}]\n${settings}\n`);
  return policyInForce({ required, people: await readPeople("people.toml", Buffer.from(text.join(""))) }, null);
}

const keysOf = (...files: string[]) => `keys = [${files.map((file) => `{ key = "${publicLine(file)}" }`).join(", ")}]`;
const OPEN = policyInForce({ required: false, people: null }, null);

describe("a decision is signed", () => {
  test.each(["ed25519", "ecdsa:521", "rsa:3072"])("with a key of %s that is named by either half", async (type) => {
    using home = new Home();
    const key = home.key("key", type);
    const policy = await policyOf({ anna: keysOf(key) });
    expect(await home.signs(policy, key)).toBe("anna");
    expect(await home.signs(policy, `${key}.pub`)).toBe("anna");
  });

  test("with a private key alone, and one in the older format beside its .pub", async () => {
    using home = new Home();
    const alone = home.key("alone");
    const older = home.key("older", "rsa:2048");
    const policy = await policyOf({ anna: keysOf(alone, older) });
    rmSync(`${alone}.pub`);
    expect(await home.signs(policy, alone)).toBe("anna");
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-N", "", "-f", older]);
    expect(await home.signs(policy, older)).toBe("anna");
  });

  test("with the key that git signs with, by a path, from the home, and literally where an agent holds it", async () => {
    using home = new Home();
    const key = home.key("key");
    const policy = await policyOf({ anna: keysOf(key) });
    home.git({ "gpg.format": "ssh", "user.signingkey": key });
    expect(await home.signs(policy)).toBe("anna");
    home.git({ "user.signingkey": "~/key.pub" });
    expect(await home.signs(policy)).toBe("anna");
    await home.agent(key);
    for (const literal of [publicLine(key), `key::${publicLine(key)}`]) {
      home.git({ "user.signingkey": literal });
      expect(await home.signs(policy)).toBe("anna");
    }
  });

  test("by an agent that holds the private half of a .pub file", async () => {
    using home = new Home();
    const key = home.key("key");
    const policy = await policyOf({ anna: keysOf(key) });
    await home.agent(key);
    renameSync(key, home.at("elsewhere"));
    expect(await home.signs(policy, `${key}.pub`)).toBe("anna");
  });
});

describe("a decision is not signed, and it is said why:", () => {
  test("signatures are required and there is no key, or git signs in another way", async () => {
    using home = new Home();
    const key = home.key("key");
    const policy = await policyOf({ anna: keysOf(key) });
    const says =
      "decisions are signed here, and there is no key: give --key FILE, or set git's gpg.format to ssh and user.signingkey to your key";
    expect(await home.signs(policy)).toBe(says);
    home.git({ "user.signingkey": key });
    expect(await home.signs(policy)).toBe(says);
    home.git({ "gpg.format": "openpgp" });
    expect(await home.signs(policy)).toBe(says);
  });

  test("the file holds no key, or one that is not taken", async () => {
    using home = new Home();
    const policy = await policyOf({ anna: "" });
    home.write({ text: "hello", "dss.pub": "ssh-dss AAAA" });
    expect(await home.signs(policy, home.at("none"))).toBe("the key that --key names, /none, cannot be read");
    expect(await home.signs(policy, home.at("text"))).toBe(
      "the key that --key names, /text, is of the type 'hello', which is not taken",
    );
    home.git({ "gpg.format": "ssh", "user.signingkey": home.at("dss.pub") });
    expect(await home.signs(policy)).toBe(
      "the key that git's user.signingkey names, /dss.pub, is of the type 'ssh-dss', which is not taken",
    );
    home.git({ "user.signingkey": "key::ssh-dss AAAA" });
    expect(await home.signs(policy)).toBe(
      "the key that git's user.signingkey names is of the type 'ssh-dss', which is not taken",
    );
  });

  test("the key is nobody's, or not valid now", async () => {
    using home = new Home();
    const [key, other] = [home.key("key"), home.key("other")];
    const policy = await policyOf({
      anna: `keys = [{ key = "${publicLine(other)}", valid_before = 2026-01-01 }]`,
    });
    expect(await home.signs(policy, key)).toBe(
      "the key SHA256 is the key of none of the people: sign with another, or have it added to the file of people",
    );
    expect(await home.signs(policy, other)).toBe(
      "the key SHA256 is anna's and not valid now: sign with another, or have its times changed in the file of people",
    );
  });

  test("the passphrase cannot be asked for", async () => {
    using home = new Home();
    const key = home.key("key", "ed25519", "secret passphrase");
    // Answers whatever it is asked for wrongly; there is no terminal either.
    home.write({ askpass: "#!/bin/sh\necho wrong\n" });
    chmodSync(home.at("askpass"), 0o755);
    Object.assign(home.environment, { SSH_ASKPASS: home.at("askpass"), SSH_ASKPASS_REQUIRE: "force" });
    const says =
      "nothing was signed with /key: the passphrase is wrong, or could not be asked for. Give the command on a terminal, or add the key to an agent with ssh-add";
    expect(await home.signs(await policyOf({ anna: keysOf(key) }), key)).toBe(says);
    writeFileSync(home.at("askpass"), "#!/bin/sh\necho secret passphrase\n");
    expect(await home.signs(await policyOf({ anna: keysOf(key) }), key)).toBe("anna");
  });

  test("nobody has the private half", async () => {
    using home = new Home();
    const key = home.key("key");
    const policy = await policyOf({ anna: keysOf(key) });
    rmSync(key);
    const says =
      "nothing was signed with /key.pub: neither an agent nor a file beside it has the private key. Add it with ssh-add, or name another";
    expect(await home.signs(policy, `${key}.pub`)).toBe(says);
    home.git({ "gpg.format": "ssh", "user.signingkey": `key::${publicLine(key)}` });
    const noAgent = "nothing was signed with SHA256: no agent holds it. Start one, and add the key with ssh-add";
    expect(await home.signs(policy)).toBe(noAgent);
    await home.agent(home.key("another"));
    expect(await home.signs(policy)).toBe(noAgent);
  });

  test("the agent wants to have it confirmed, and nobody does", async () => {
    using home = new Home();
    const key = home.key("key");
    await home.agent();
    execFileSync("ssh-add", ["-q", "-c", key], { env: home.environment, stdio: "pipe" });
    rmSync(key);
    expect(await home.signs(await policyOf({ anna: keysOf(key) }), `${key}.pub`)).toBe(
      "nothing was signed with /key.pub: the agent refused. Confirm when it asks, or unlock it",
    );
  });

  test("the .pub file is another key's", async () => {
    using home = new Home();
    const [key, other] = [home.key("key", "rsa:2048"), home.key("other", "rsa:2048")];
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-N", "", "-f", key]);
    writeFileSync(`${key}.pub`, publicLine(other));
    expect(await home.signs(await policyOf({ anna: keysOf(other) }), key)).toBe(
      "the signature is not by SHA256: the .pub file beside the private key is another's. Make it anew with `ssh-keygen -y`",
    );
  });

  test("there is no ssh-keygen", async () => {
    using home = new Home();
    const key = home.key("key");
    home.environment.PATH = home.path;
    expect(await home.signs(await policyOf({ anna: keysOf(key) }), key)).toBe(
      "ssh-keygen was not found: install OpenSSH's client programs",
    );
  });
});

describe("who decides without a signature", () => {
  test("is whom git names, else the account", async () => {
    using home = new Home();
    const account = (await home.decider(OPEN)).name;
    expect(account).toBe(execFileSync("id", ["-un"], { encoding: "utf8" }).trim());
    home.git({ "user.name": "Anna Berg" });
    expect(await home.decider(OPEN)).toEqual({ name: "Anna Berg", key: null });
    home.environment.PATH = home.path;
    expect((await home.decider(OPEN)).name).toBe(account);
  });

  test("is the person who has git's name, where people are named", async () => {
    using home = new Home();
    const policy = await policyOf({ anna: 'git = ["Anna Berg"]' }, false);
    await expect(home.decider(policy)).rejects.toThrow("nobody is known to decide: set git's user.name");
    home.git({ "user.name": "Boris" });
    await expect(home.decider(policy)).rejects.toThrow("git's user.name is 'Boris', which is the name of none");
    home.git({ "user.name": "Anna Berg", "gpg.format": "ssh", "user.signingkey": "/none" });
    expect(await home.decider(policy)).toEqual({ name: "anna", key: null });
  });
});
