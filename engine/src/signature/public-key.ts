import { sha256 } from "@runa/store/json";
import {
  keyHasOptions,
  keyIsCertificate,
  keyIsPrivate,
  keyNoBase64,
  keyNotOne,
  keyTooLong,
  keyTooWeak,
  keyTypeUnknown,
  keyWrongBytes,
} from "../messages.ts";
import { strictBase64, WireError, WireReader } from "./wire.ts";

/** What a key is made of. One of a hardware key also names the application that it was made for. */
export type KeyMaterial =
  | { readonly kind: "ed25519"; readonly point: Buffer; readonly application?: Buffer }
  | { readonly kind: "ecdsa"; readonly curve: Curve; readonly point: Buffer; readonly application?: Buffer }
  | { readonly kind: "rsa"; readonly modulus: Buffer; readonly exponent: Buffer };

/** A curve by SSH's name, with JSON Web Key's name, the bytes of a coordinate, and the hash that signatures on it use. */
export interface Curve {
  readonly name: string;
  readonly web: string;
  readonly size: number;
  readonly hash: string;
}

/** A public key of SSH. */
export interface PublicKey {
  readonly type: KeyType;
  /** As `authorized_keys` has it: type and base64, without a comment. The same key has the same text. */
  readonly text: string;
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  readonly material: KeyMaterial;
}

const P256: Curve = { name: "nistp256", web: "P-256", size: 32, hash: "sha256" };
const P384: Curve = { name: "nistp384", web: "P-384", size: 48, hash: "sha384" };
const P521: Curve = { name: "nistp521", web: "P-521", size: 66, hash: "sha512" };

/** The types of keys, each with what reads what stands behind its name. */
const READERS = {
  "ssh-ed25519": (wire) => ({ kind: "ed25519", point: wire.sized(32) }),
  "ecdsa-sha2-nistp256": (wire) => ecdsa(wire, P256),
  "ecdsa-sha2-nistp384": (wire) => ecdsa(wire, P384),
  "ecdsa-sha2-nistp521": (wire) => ecdsa(wire, P521),
  "ssh-rsa": (wire) => ({ kind: "rsa", exponent: wire.positive(), modulus: wire.positive() }),
  "sk-ssh-ed25519@openssh.com": (wire) => ({ kind: "ed25519", point: wire.sized(32), application: wire.string() }),
  "sk-ecdsa-sha2-nistp256@openssh.com": (wire) => ({ ...ecdsa(wire, P256), application: wire.string() }),
} satisfies Record<string, (wire: WireReader) => KeyMaterial>;

export type KeyType = keyof typeof READERS;

/** What RSA keys have to have, in bits: fewer can be broken, more take too long to verify with. */
const RSA_BITS = { least: 2048, most: 16384 };

function isKeyType(type: string): type is KeyType {
  return Object.hasOwn(READERS, type);
}

function ecdsa(wire: WireReader, curve: Curve): KeyMaterial & { kind: "ecdsa" } {
  const name = wire.name();
  if (name !== curve.name) throw new WireError(`it is of the curve '${name}' where ${curve.name} belongs`);
  const point = wire.sized(1 + 2 * curve.size);
  if (point[0] !== 4) throw new WireError("its point is not written in full");
  return { kind: "ecdsa", curve, point };
}

/** A public key, or in words why it is none that is taken. */
export type KeyReading = { readonly key: PublicKey } | { readonly problem: string };

/** Reads a key as a `.pub` file has it: type, base64, and a comment that nobody needs. */
export function readPublicKey(line: string): KeyReading {
  const [type = "", base64 = "", ...rest] = line.trim().split(/[ \t]+/);
  if (/[\r\n\0]/.test(line.trim())) return { problem: line.includes("PRIVATE KEY") ? keyIsPrivate() : keyNotOne() };
  if (type.startsWith("-----")) return { problem: keyIsPrivate() };
  if (/^cert-authority\b/.test(type) || type.includes("-cert-v0")) return { problem: keyIsCertificate() };
  if (!isKeyType(type)) {
    const hasOptions = [base64, ...rest].some(isKeyType);
    return { problem: hasOptions ? keyHasOptions() : keyTypeUnknown(type.slice(0, 60)) };
  }
  const blob = strictBase64(base64);
  if (blob === null || blob.length === 0) return { problem: keyNoBase64(type) };
  const reading = readKeyBlob(blob);
  if ("problem" in reading || reading.key.type === type) return reading;
  return { problem: keyWrongBytes(type, `its bytes are of the type ${reading.key.type}`) };
}

/** Reads a key as a signature holds it. */
export function readKeyBlob(blob: Buffer): KeyReading {
  let type = "";
  try {
    const wire = new WireReader(blob);
    type = wire.name();
    if (!isKeyType(type)) return { problem: keyTypeUnknown(type) };
    const material: KeyMaterial = READERS[type](wire);
    wire.end();
    const bits = material.kind === "rsa" ? bitsOf(material.modulus) : null;
    if (bits !== null && bits < RSA_BITS.least) return { problem: keyTooWeak(bits, RSA_BITS.least) };
    if (bits !== null && bits > RSA_BITS.most) return { problem: keyTooLong(bits, RSA_BITS.most) };
    return { key: { type, text: `${type} ${blob.toString("base64")}`, fingerprint: fingerprintOf(blob), material } };
  } catch (error) {
    if (error instanceof WireError) return { problem: keyWrongBytes(type, error.message) };
    throw error;
  }
}

function bitsOf(number: Buffer): number {
  return number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}

function fingerprintOf(blob: Buffer): string {
  const hex = sha256(blob).slice("sha256:".length);
  return `SHA256:${Buffer.from(hex, "hex").toString("base64").replace(/=+$/, "")}`;
}
