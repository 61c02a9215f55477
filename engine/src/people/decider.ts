import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { wallTime } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import {
  deciderKeyNobodys,
  deciderKeyNotValid,
  deciderNoGitName,
  deciderNoKey,
  deciderUnknown,
  signingKeyUnusable,
} from "../messages.ts";
import { readPublicKey } from "../signature/public-key.ts";
import { publicKeyOf, type SigningKey } from "../signature/signing-key.ts";
import { visible } from "../visible.ts";
import { holderOf, type Policy, personOfGit } from "./policy.ts";

/** Who decides now, and with which key, where the decision is to be signed. */
export interface Decider {
  readonly name: string;
  readonly key: SigningKey | null;
}

/** What says who decides. */
export interface DeciderOptions {
  /** The project's root: git's configuration is the one there. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `--key`, absolute. */
  readonly keyFile?: string | undefined;
}

/**
 * Who decides here and now (decisions 4). A decision is signed where signatures are required or a key is named; then whose
 * the key is says who it is, else git's `user.name` does.
 * @throws RunaError where that is nobody, or there is no key to sign with
 */
export async function deciderNow(policy: Policy, options: DeciderOptions): Promise<Decider> {
  const git = await gitSettings(options);
  const key = options.keyFile !== undefined || policy.required ? signingKey(options, git) : null;
  if (key !== null) return { name: holderName(policy, key), key };
  if (policy.required) throw new RunaError(deciderNoKey());
  const named = git.get("user.name") || null;
  const name = named ?? (policy.people === null ? accountName() : null);
  if (name === null) throw new RunaError(deciderNoGitName());
  if (policy.people === null) return { name, key };
  const person = personOfGit(policy, name);
  if (person === null) throw new RunaError(deciderUnknown(visible(name)));
  return { name: person.name, key };
}

/**
 * Under which name somebody acts here who signs nothing: the person whom git's `user.name` means, else that name, else the
 * account's; null where nobody is known.
 */
export async function personNow(policy: Policy, options: Omit<DeciderOptions, "keyFile">): Promise<string | null> {
  const name = (await gitSettings(options)).get("user.name") || null;
  return name === null ? accountName() : (personOfGit(policy, name)?.name ?? name);
}

function holderName(policy: Policy, key: SigningKey): string {
  const { text, fingerprint } = key.public;
  const holder = holderOf(policy, text, wallTime());
  if (holder.kind === "nobody") throw new RunaError(deciderKeyNobodys(fingerprint));
  if (holder.kind !== "holds") throw new RunaError(deciderKeyNotValid(holder.person.name, fingerprint));
  return holder.person.name;
}

/**
 * The key that git signs with, where it signs with SSH; null where there is none.
 * @throws RunaError where it is none that is taken
 */
export async function gitSigningKey(options: Omit<DeciderOptions, "keyFile">): Promise<SigningKey | null> {
  return signingKey(options, await gitSettings(options));
}

/** `--key`, else the key that git signs with, where it signs with SSH; null where there is none. */
function signingKey(
  { root, keyFile, environment }: DeciderOptions,
  git: ReadonlyMap<string, string>,
): SigningKey | null {
  if (keyFile !== undefined) return keyInFile(keyFile, "--key");
  const named = git.get("gpg.format") === "ssh" ? (git.get("user.signingkey") ?? "") : "";
  if (named === "") return null;
  // As git tells a key from a file that holds one.
  const line = named.startsWith("key::") ? named.slice("key::".length) : named.startsWith("ssh-") ? named : null;
  if (line === null) {
    const path = named.startsWith("~/") ? `${environment.HOME ?? ""}${named.slice(1)}` : named;
    return keyInFile(resolve(root, path), "git's user.signingkey");
  }
  const reading = readPublicKey(line);
  if ("problem" in reading) throw new RunaError(signingKeyUnusable("git's user.signingkey", "", reading.problem));
  return { kind: "agent", public: reading.key };
}

function keyInFile(file: string, source: string): SigningKey {
  const reading = publicKeyOf(file);
  if ("problem" in reading) throw new RunaError(signingKeyUnusable(source, `, ${file},`, reading.problem));
  return { kind: "file", file, public: reading.key };
}

/** The account's name, whoever it is that uses it; null where the system knows none of this id, as in many containers. */
function accountName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

const ASKED = "^(user\\.name|user\\.signingkey|gpg\\.format)$";

/** What git is set to in a directory; empty where there is no git. Of a key that is set in several files the last counts. */
function gitSettings({ root, environment }: DeciderOptions): Promise<ReadonlyMap<string, string>> {
  return new Promise((done) => {
    execFile("git", ["config", "-z", "--get-regexp", ASKED], { cwd: root, env: environment }, (_error, out) => {
      const entries = out.split("\0").map((entry): [string, string] => {
        const [name = "", ...value] = entry.split("\n");
        return [name, value.join("\n")];
      });
      done(new Map(entries));
    });
  });
}
