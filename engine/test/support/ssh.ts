import { execFileSync, spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wireString } from "../../src/signature/wire.ts";

export const NAMESPACE = "runa-decision-v1";

/** A key of `ssh-keygen`, without a passphrase unless one is given: the path of its private half. */
export function makeKey(directory: string, name: string, type: string, passphrase = ""): string {
  const file = join(directory, name);
  const [kind = "", bits] = type.split(":");
  execFileSync("ssh-keygen", [
    ...["-q", "-t", kind, ...(bits === undefined ? [] : ["-b", bits])],
    ...["-N", passphrase, "-C", `${name}@test`, "-f", file],
  ]);
  return file;
}

/** The line of a key's `.pub` file. */
export function publicLine(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/** What `ssh-keygen -Y sign` makes of a message. */
export function signedBy(file: string, message: string, options: { namespace?: string; hash?: string } = {}): string {
  const { namespace = NAMESPACE, hash } = options;
  const args = [
    "-q",
    "-Y",
    "sign",
    "-n",
    namespace,
    "-f",
    file,
    ...(hash === undefined ? [] : ["-O", `hashalg=${hash}`]),
  ];
  return execFileSync("ssh-keygen", args, { input: message, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

/** Whether `ssh-keygen -Y verify` takes a signature of a key. */
export function sshKeygenVerifies(directory: string, line: string, message: string, armored: string): boolean {
  writeFileSync(join(directory, "allowed"), `someone ${line.split(" ").slice(0, 2).join(" ")}\n`);
  writeFileSync(join(directory, "signature"), armored);
  const args = ["-Y", "verify", "-n", NAMESPACE, "-I", "someone", "-f", join(directory, "allowed")];
  return spawnSync("ssh-keygen", [...args, "-s", join(directory, "signature")], { input: message }).status === 0;
}

/** A hardware key that only pretends: what such a one holds inside lies in the test's memory. */
export class PretendedHardwareKey {
  readonly #type: string;
  readonly #private: KeyObject;
  readonly #blob: Buffer;
  readonly application = "ssh:";

  constructor(type: "sk-ssh-ed25519@openssh.com" | "sk-ecdsa-sha2-nistp256@openssh.com") {
    this.#type = type;
    const isEd25519 = type.startsWith("sk-ssh");
    const pair = isEd25519 ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#private = pair.privateKey;
    const { x = "", y = "" } = pair.publicKey.export({ format: "jwk" });
    const [left, right] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
    const point = isEd25519
      ? [wireString(left)]
      : [wireString("nistp256"), wireString(Buffer.concat([Buffer.of(4), left, right]))];
    this.#blob = Buffer.concat([wireString(type), ...point, wireString(this.application)]);
  }

  get line(): string {
    return `${this.#type} ${this.#blob.toString("base64")} hardware`;
  }

  /** An armored signature; `flags` as the key would set them, 1 for a touch. */
  sign(message: string, flags: number): string {
    const signed = Buffer.concat([
      Buffer.from("SSHSIG"),
      ...[NAMESPACE, "", "sha512", hashed("sha512", message)].map(wireString),
    ]);
    const state = Buffer.of(flags, 0, 0, 0, 42);
    const told = Buffer.concat([hashed("sha256", this.application), state, hashed("sha256", signed)]);
    return armored(this.#blob, Buffer.concat([wireString(this.#type), wireString(this.#raw(told)), state]));
  }

  #raw(told: Buffer): Buffer {
    if (this.#type.startsWith("sk-ssh")) return sign(null, told, this.#private);
    const bytes = sign("sha256", told, { key: this.#private, dsaEncoding: "ieee-p1363" });
    return Buffer.concat([number(bytes.subarray(0, 32)), number(bytes.subarray(32))]);
  }
}

/** A signature as a file holds it. */
export function armored(keyBlob: Buffer, signature: Buffer): string {
  return block(
    Buffer.concat([
      Buffer.from("SSHSIG\0\0\0\x01", "latin1"),
      ...[keyBlob, NAMESPACE, "", "sha512", signature].map(wireString),
    ]),
  );
}

/** Bytes in the armor of a signature, as `ssh-keygen` breaks its lines. */
export function block(bytes: Buffer): string {
  const lines = bytes.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

/** The bytes in the armor of a signature. */
export function bytesIn(text: string): Buffer {
  return Buffer.from(text.split("\n").slice(1, -2).join(""), "base64");
}

/** A number above zero in SSH's shortest form. */
export function number(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start);
  return wireString((short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short);
}

function hashed(algorithm: string, data: string | Buffer): Buffer {
  return createHash(algorithm).update(data).digest();
}
