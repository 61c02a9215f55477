import { readSourceFile } from "@runa/store/files";
import { type KeyReading, type PublicKey, readKeyBlob, readPublicKey } from "./public-key.ts";
import { strictBase64, WireError, WireReader } from "./wire.ts";

/** The key that somebody signs with: a file that `ssh-keygen` takes, or the line of a public key that an agent holds. */
export type SigningKey =
  | { readonly kind: "file"; readonly file: string; readonly public: PublicKey }
  | { readonly kind: "agent"; readonly public: PublicKey };

/**
 * The public half of a key by a file of either half: the file itself, what a private key of OpenSSH tells without its
 * passphrase, or the `.pub` beside it. In words what is wrong where there is none.
 */
export function publicKeyOf(file: string): KeyReading {
  const own = textOf(file);
  if (own === null) return { problem: "cannot be read" };
  const inside = publicInside(own);
  const beside = inside === null && own.includes("PRIVATE KEY") ? textOf(`${file}.pub`) : null;
  return inside ?? readPublicKey(beside ?? own);
}

function textOf(file: string): string | null {
  try {
    return readSourceFile(file).toString("latin1").trim();
  } catch {
    return null;
  }
}

const PRIVATE = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END OPENSSH PRIVATE KEY-----$/;
const MAGIC = "openssh-key-v1\0";

/** What a private key in OpenSSH's own format tells of its public half, which is never encrypted; null for another text. */
function publicInside(text: string): { readonly key: PublicKey } | null {
  const reading = readPrivate(text)?.public;
  return reading !== undefined && "key" in reading ? reading : null;
}

/** What a private key in OpenSSH's own format is encrypted with; null for another text. */
export function privateCipher(text: string): string | null {
  return readPrivate(text)?.cipher ?? null;
}

/** What a private key in OpenSSH's own format tells without its passphrase; null for another text. */
function readPrivate(text: string): { readonly cipher: string; readonly public: KeyReading } | null {
  const bytes = strictBase64(PRIVATE.exec(text)?.[1]?.replaceAll("\n", "") ?? "");
  if (bytes === null) return null;
  try {
    const wire = new WireReader(bytes);
    if (wire.raw(MAGIC.length).toString("latin1") !== MAGIC) return null;
    const cipher = wire.name();
    // How its key is made of the passphrase, and with what.
    for (let skipped = 0; skipped < 2; skipped++) wire.string();
    if (wire.uint32() !== 1) return null;
    return { cipher, public: readKeyBlob(wire.string()) };
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
