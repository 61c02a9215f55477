import type { TomlPath } from "../../diagnostic.ts";
import type { TomlFinding } from "../../toml/parse.ts";
import { RULES, type RuleId } from "./rules.ts";

/** A finding in the manifest, as all of these before anyone asked where it is. */
export type ManifestFinding = TomlFinding & { readonly rule: RuleId };

/** A finding in an artifact type's schema, at a keyword or its value. */
export interface SchemaFinding {
  readonly rule: RuleId;
  readonly message: string;
  readonly type: string;
  readonly pointer: string;
  readonly at: "key" | "value";
}

/** A finding in a protocol's instructions. */
export interface InstructionsFinding {
  readonly rule: RuleId;
  readonly message: string;
  readonly protocol: string;
  /** In characters from the beginning of the text. */
  readonly offset: number;
}

/** A finding about a file as a whole. */
export interface FileFinding {
  readonly rule: RuleId;
  readonly message: string;
  readonly file: string;
}

/** A finding at a value of the manifest, or at the name in it that is meant. */
export function inManifest(rule: RuleId, path: TomlPath, message: string, naming?: string): ManifestFinding {
  return { severity: RULES[rule].level, rule, path, at: "value", message, ...(naming !== undefined && { naming }) };
}
