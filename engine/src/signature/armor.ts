import { strictBase64 } from "./wire.ts";

const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";

/** The longest signature that is read, in characters: one by the longest RSA key is a third of it. */
const LONGEST = 16_384;

/** The bytes of an armored signature; null for a text that is none, or that says more than one. */
export function dearmored(text: string): Buffer | null {
  if (text.length > LONGEST) return null;
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length < 3 || lines[0] !== BEGIN || lines.at(-1) !== END) return null;
  return strictBase64(lines.slice(1, -1).join(""));
}
