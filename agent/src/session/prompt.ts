import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Reads the prompt to its end. Nobody types one, so a terminal counts as an empty prompt, and so does a closed stdin. */
export async function readPrompt(stdin: Readable & { readonly isTTY?: boolean }): Promise<string> {
  if (stdin.isTTY) return "";
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  } catch {
    return "";
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * A 32-bit seed from the chosen seed and what the prompt says, so that a candidate whose inputs changed rehearses
 * something new while the same cascade anywhere rehearses the same. What differs between two such cascades must not
 * count: the project's own path and the attempt's id are taken out here, and a prompt may hold nothing else of that
 * kind (no times, process ids or other absolute paths).
 */
export function promptSeed(seed: number, prompt: string, env: NodeJS.ProcessEnv, cwd: string): number {
  let text = prompt;
  for (const place of [cwd, env.PWD ?? ""]) if (place.length > 1) text = text.replaceAll(place, ".");
  for (const id of env.RUNA_ATTEMPT?.match(UUID) ?? []) text = text.replaceAll(id, "attempt");
  return createHash("sha256").update(`${seed}\n${text}`).digest().readUInt32BE(0);
}
