import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunaError } from "../diagnostic.ts";
import {
  signingAgentLacksKey,
  signingFailed,
  signingNoPrivateKey,
  signingNoProgram,
  signingOtherKey,
  signingRefused,
  signingWrongPassphrase,
} from "../messages.ts";
import { visible } from "../visible.ts";
import type { SigningKey } from "./signing-key.ts";
import { readSignature } from "./sshsig.ts";

/** What `ssh-keygen` says while it waits: that a hardware key is to be touched, for instance. */
export type Tell = (text: string) => void;

/**
 * Has `ssh-keygen` sign a text: it knows agents and hardware keys, and asks for a passphrase on the terminal itself.
 * @returns the armored signature
 * @throws RunaError that says why there is none, and what to do
 */
export async function signText(
  key: SigningKey,
  namespace: string,
  text: string,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<string> {
  if (key.kind === "file") return sign([key.file], key, namespace, text, environment, tell);
  // It takes the public half from a file only.
  const directory = mkdtempSync(join(tmpdir(), "runa-key-"));
  try {
    const file = join(directory, "key.pub");
    writeFileSync(file, `${key.public.text}\n`);
    return await sign([file, "-U"], key, namespace, text, environment, tell);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function sign(
  keyArguments: readonly string[],
  key: SigningKey,
  namespace: string,
  text: string,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<string> {
  const args = ["-q", "-Y", "sign", "-n", namespace, "-f", ...keyArguments];
  const { signed, told, succeeded } = await sshKeygen(args, text, environment, tell);
  if (!succeeded) throw new RunaError(whyNot(key, told));
  const signature = readSignature(signed);
  if ("kind" in signature || signature.key.text !== key.public.text)
    throw new RunaError(signingOtherKey(key.public.fingerprint));
  return signed;
}

interface SshKeygenRun {
  readonly signed: string;
  /** Its words on stderr. */
  readonly told: string;
  readonly succeeded: boolean;
}

function sshKeygen(
  args: readonly string[],
  input: string,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<SshKeygenRun> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh-keygen", args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    const [signed, told]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => signed.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      told.push(chunk);
      tell(chunk.toString());
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(new RunaError(error.code === "ENOENT" ? signingNoProgram() : signingFailed(error.message))),
    );
    child.on("close", (code) =>
      resolve({ signed: String(Buffer.concat(signed)), told: String(Buffer.concat(told)), succeeded: code === 0 }),
    );
    // It may end before it has read everything, and says why by itself.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

function whyNot(key: SigningKey, told: string): string {
  const name = key.kind === "file" ? key.file : key.public.fingerprint;
  if (/incorrect passphrase/.test(told)) return signingWrongPassphrase(name);
  if (/agent refused operation/.test(told)) return signingRefused(name);
  if (/get agent socket|find key in agent/.test(told)) return signingAgentLacksKey(name);
  if (/No private key found/.test(told)) return signingNoPrivateKey(name);
  // A .pub file may stand beside another private key than its own.
  if (/doesn't match private/.test(told)) return signingOtherKey(key.public.fingerprint);
  return signingFailed(visible(told.trim().split("\n").at(-1) ?? ""));
}
