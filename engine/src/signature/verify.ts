import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { KeyMaterial, PublicKey } from "./public-key.ts";
import { type SshSignature, signedBytes } from "./sshsig.ts";

/** What verifying a signature comes to. */
export type Verification = "good" | "bad" | "untouched";

/** Somebody touched the hardware key. */
const USER_PRESENT = 0x01;

/**
 * Verifies what was read of a signature against the message. One that a hardware key made without being touched is not taken,
 * as `sshd` does not take it: the program that asks the key chooses whether it wants a touch, so that without this an agent
 * could sign with a key that is plugged in. (`ssh-keygen -Y verify` does not look.)
 */
export function verifySignature(message: string | Uint8Array, signature: SshSignature): Verification {
  const { key, namespace, messageHash, hash, bytes, hardware } = signature;
  const signed = signedBytes(namespace, messageHash, digestOf(messageHash, message));
  const told = hardware === null ? signed : attested(key.material, hardware, signed);
  const own = keyObject(key);
  if (own === null) return "bad";
  const isGood =
    key.material.kind === "ecdsa"
      ? verify(hash, told, { key: own, dsaEncoding: "ieee-p1363" }, bytes)
      : verify(hash, told, own, bytes);
  if (!isGood) return "bad";
  return hardware !== null && (hardware.flags & USER_PRESENT) === 0 ? "untouched" : "good";
}

function digestOf(algorithm: string, data: string | Uint8Array): Buffer {
  return createHash(algorithm).update(data).digest();
}

/** What a hardware key signs in place of the bytes (PROTOCOL.u2f of OpenSSH). */
function attested(material: KeyMaterial, hardware: { flags: number; counter: number }, signed: Buffer): Buffer {
  const application = "application" in material ? (material.application ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const state = Buffer.alloc(5);
  state.writeUInt8(hardware.flags);
  state.writeUInt32BE(hardware.counter, 1);
  return Buffer.concat([digestOf("sha256", application), state, digestOf("sha256", signed)]);
}

/** Those that were made already, by the key's text; few, since only keys of people are asked about. */
const objects = new Map<string, KeyObject | null>();

/** The key as `node:crypto` has it; null where its point is none of its curve. */
function keyObject({ text, material }: PublicKey): KeyObject | null {
  const known = objects.get(text);
  if (known !== undefined) return known;
  const made = fromMaterial(material);
  objects.set(text, made);
  return made;
}

function fromMaterial(material: KeyMaterial): KeyObject | null {
  try {
    return createPublicKey({ key: webKey(material), format: "jwk" });
  } catch {
    return null;
  }
}

function webKey(material: KeyMaterial) {
  const text = (bytes: Buffer) => bytes.toString("base64url");
  switch (material.kind) {
    case "ed25519":
      return { kty: "OKP", crv: "Ed25519", x: text(material.point) };
    case "rsa":
      return { kty: "RSA", n: text(material.modulus), e: text(material.exponent) };
    case "ecdsa": {
      const { curve, point } = material;
      const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)];
      return { kty: "EC", crv: curve.web, x: text(x), y: text(y) };
    }
  }
}
