import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { didYouMean } from "../../suggestion.ts";
import { instructionsFile, type Methodology, schemaFile } from "../methodology.ts";
import type { FileFinding } from "./finding.ts";

const SCHEMA = ".schema.json";

/** Schemas and instructions that lie where the manifest's own do and that it does not declare. */
export function strayFiles({ file, types, protocols }: Methodology): FileFinding[] {
  const root = dirname(file);
  // Several manifests may share their files; then nothing is known of those that one of them does not name.
  if (namesIn(root).some((name) => name.endsWith(".toml") && name !== basename(file))) return [];
  const declared = new Set(protocols.map(({ name }) => name));
  const schemas = namesIn(join(root, "schemas"))
    .filter((name) => name.endsWith(SCHEMA) && !name.startsWith("."))
    .map((name) => name.slice(0, -SCHEMA.length))
    .filter((type) => !types.has(type))
    .map((type) => stray(schemaFile(root, type), `no artifact type '${type}'`, type, types.keys()));
  const instructions = namesIn(join(root, "protocols"))
    .filter((name) => !name.startsWith(".") && !declared.has(name) && existsSync(instructionsFile(root, name)))
    .map((name) => stray(instructionsFile(root, name), `no protocol '${name}'`, name, declared));
  return [...schemas, ...instructions];
}

function stray(file: string, what: string, name: string, known: Iterable<string>): FileFinding {
  return {
    rule: "stray-file",
    file,
    message: `the manifest declares ${what}: nothing reads this file${didYouMean(name, known)}`,
  };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    // A methodology without the directory has none of its files.
    return [];
  }
}
