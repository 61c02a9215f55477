import { expect } from "vitest";
import { DiagnosticsError } from "../../src/diagnostic.ts";
import { type Config, readConfig } from "../../src/project/config.ts";
import { Disk } from "./disk.ts";

/** Reads a text as a configuration file. @throws DiagnosticsError */
export async function configOf(text: string): Promise<Config> {
  using made = new Disk();
  made.write({ "config.toml": text });
  return await readConfig(made.at("config.toml"));
}

/** What is said to be wrong with a text as a configuration file, each with its place; line 1 is the first of the text. */
export async function diagnosed(text: string): Promise<string[]> {
  try {
    await configOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    return error.diagnostics.map(({ severity, message, position, file }) => {
      expect(file).toMatch(/\/config\.toml$/);
      return `${position === undefined ? "-" : `${position.line}:${position.column}`} ${severity}: ${message}`;
    });
  }
}
