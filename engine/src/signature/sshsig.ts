import { dearmored } from "./armor.ts";
import { type KeyMaterial, type KeyType, type PublicKey, readKeyBlob } from "./public-key.ts";
import { WireError, WireReader, wireString } from "./wire.ts";

/** An SSH signature, read and not yet verified. */
export interface SshSignature {
  readonly key: PublicKey;
  readonly namespace: string;
  readonly messageHash: "sha256" | "sha512";
  /** The hash that the key's own algorithm uses; null where it chooses itself. */
  readonly hash: string | null;
  /** As `node:crypto` takes it. */
  readonly bytes: Buffer;
  /** What a hardware key says of itself, and signs with it. */
  readonly hardware: Hardware | null;
}

interface Hardware {
  readonly flags: number;
  readonly counter: number;
}

/** Why a text is no signature that is taken: broken, or of a kind that is refused. */
export interface SignatureDefect {
  readonly kind: "malformed" | "unsupported";
  /** In words, as the end of "the signature is … : ". */
  readonly why: string;
}

const MAGIC = "SSHSIG";
const VERSION = 1;

/** The algorithms that a key of each type may sign with, and the hash of each. SHA-1 is none. */
const ALGORITHMS: Readonly<Record<KeyType, Readonly<Record<string, string | null>>>> = {
  "ssh-ed25519": { "ssh-ed25519": null },
  "ecdsa-sha2-nistp256": { "ecdsa-sha2-nistp256": "sha256" },
  "ecdsa-sha2-nistp384": { "ecdsa-sha2-nistp384": "sha384" },
  "ecdsa-sha2-nistp521": { "ecdsa-sha2-nistp521": "sha512" },
  "ssh-rsa": { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" },
  "sk-ssh-ed25519@openssh.com": { "sk-ssh-ed25519@openssh.com": null },
  "sk-ecdsa-sha2-nistp256@openssh.com": { "sk-ecdsa-sha2-nistp256@openssh.com": "sha256" },
};

/** Reads an armored signature (PROTOCOL.sshsig of OpenSSH). */
export function readSignature(armored: string): SshSignature | SignatureDefect {
  const bytes = dearmored(armored);
  if (bytes === null) return { kind: "malformed", why: "it is not one whole `SSH SIGNATURE` block" };
  try {
    return fromWire(new WireReader(bytes));
  } catch (error) {
    if (error instanceof WireError) return { kind: "malformed", why: error.message };
    throw error;
  }
}

function fromWire(wire: WireReader): SshSignature | SignatureDefect {
  if (wire.raw(MAGIC.length).toString("latin1") !== MAGIC)
    throw new WireError("it does not begin as SSH signatures do");
  const version = wire.uint32();
  if (version !== VERSION) return { kind: "unsupported", why: `it is of version ${version}` };
  const blob = wire.string();
  const namespace = wire.name();
  // Reserved: signed as empty, so nothing may stand in it.
  wire.sized(0);
  const messageHash = wire.name();
  const body = new WireReader(wire.string());
  wire.end();
  if (messageHash !== "sha256" && messageHash !== "sha512")
    return { kind: "unsupported", why: `it hashes with '${messageHash}'` };
  const reading = readKeyBlob(blob);
  if ("problem" in reading) return { kind: "unsupported", why: `the key ${reading.problem}` };
  const { key } = reading;
  const algorithm = body.name();
  const hash = ALGORITHMS[key.type][algorithm];
  if (hash === undefined) return { kind: "unsupported", why: `it is made by '${algorithm}' with a key of ${key.type}` };
  const bytes = signatureOf(key.material, body.string());
  const hardware = isOfHardware(key.material) ? { flags: body.byte(), counter: body.uint32() } : null;
  body.end();
  return { key, namespace, messageHash, hash, bytes, hardware };
}

function isOfHardware(material: KeyMaterial): boolean {
  return "application" in material;
}

/** The signature itself as `node:crypto` takes it, each number at its full width. */
function signatureOf(material: KeyMaterial, bytes: Buffer): Buffer {
  switch (material.kind) {
    case "ed25519":
      return sized(bytes, 64);
    case "rsa":
      // Some agents leave out zeros at its beginning; OpenSSH puts them back as well.
      return padded(bytes, material.modulus.length);
    case "ecdsa": {
      const wire = new WireReader(bytes);
      const [r, s] = [wire.positive(), wire.positive()];
      wire.end();
      return Buffer.concat([padded(r, material.curve.size), padded(s, material.curve.size)]);
    }
  }
}

function sized(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new WireError(`its signature has ${bytes.length} bytes where ${length} belong`);
  return bytes;
}

function padded(bytes: Buffer, length: number): Buffer {
  if (bytes.length === 0 || bytes.length > length)
    throw new WireError(`a number of its signature has ${bytes.length} bytes where ${length} belong`);
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}

/** What is signed of a message: its hash, with what it is signed for. */
export function signedBytes(namespace: string, messageHash: string, digest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(MAGIC), ...[namespace, "", messageHash, digest].map(wireString)]);
}
