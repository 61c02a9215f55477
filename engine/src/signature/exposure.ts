import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { privateCipher, type SigningKey } from "./signing-key.ts";

/** How a key can be used by whoever has the rights of its owner, without anybody being asked. */
export type Exposure =
  /** The file of its private half has no passphrase. */
  | "no_passphrase"
  /** An agent holds it, which asks nobody unless the key was added so that it does. */
  | "agent";

/** How a key is exposed; null where using it takes a touch or a passphrase, as far as can be seen. */
export async function exposureOf(key: SigningKey, environment: NodeJS.ProcessEnv): Promise<Exposure | null> {
  // A signature of a hardware key counts only with a touch.
  if (key.public.type.startsWith("sk-")) return null;
  if (key.kind === "file" && isPlain(key.file.replace(/\.pub$/, ""))) return "no_passphrase";
  return (await heldByAgent(environment)).includes(key.public.text) ? "agent" : null;
}

function isPlain(file: string): boolean {
  try {
    const text = readFileSync(file, "latin1").trim();
    if (!text.includes("PRIVATE KEY")) return false;
    return (privateCipher(text) ?? (text.includes("ENCRYPTED") ? "some" : "none")) === "none";
  } catch {
    return false;
  }
}

/** The public lines, without comments, of the keys that an agent holds; none where there is no agent. */
function heldByAgent(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  return new Promise((done) => {
    execFile("ssh-add", ["-L"], { env: environment }, (error, out) => {
      done(error === null ? out.split("\n").map((line) => line.split(" ", 2).join(" ")) : []);
    });
  });
}
