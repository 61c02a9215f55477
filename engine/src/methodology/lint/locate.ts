import { dirname } from "node:path";
import { readSourceFile } from "@runa/store/files";
import type { Diagnostic, SourcePosition } from "../../diagnostic.ts";
import { openJsonMap } from "../../json-map.ts";
import { SourceLines } from "../../source-lines.ts";
import { locate } from "../../toml/locate.ts";
import type { TomlFinding } from "../../toml/parse.ts";
import { instructionsFile, type Methodology, schemaFile } from "../methodology.ts";
import type { FileFinding, InstructionsFinding, SchemaFinding } from "./finding.ts";
import { RULES } from "./rules.ts";

/** What was found in each of a methodology's files, before anyone asked where. */
export interface Findings {
  readonly manifest: readonly TomlFinding[];
  readonly schemas: readonly SchemaFinding[];
  readonly instructions: readonly InstructionsFinding[];
  readonly files: readonly FileFinding[];
}

/** Turns findings into diagnostics with their places: file by file, and down each file. */
export async function locateFindings(methodology: Methodology, findings: Findings): Promise<Diagnostic[]> {
  const root = dirname(methodology.file);
  const located: Diagnostic[] = await locate(methodology.document, findings.manifest);
  for (const name of methodology.types.keys()) {
    const file = schemaFile(root, name);
    const found = findings.schemas.filter(({ type }) => type === name);
    if (found.length === 0) continue;
    const map = await openJsonMap(readSourceFile(file).toString("utf8"));
    located.push(...inFile(file, found, ({ pointer, at }) => map.positionOf(pointer, at)));
  }
  for (const { name, instructions } of methodology.protocols) {
    const found = findings.instructions.filter(({ protocol }) => protocol === name);
    if (found.length === 0) continue;
    const lines = new SourceLines(instructions);
    located.push(...inFile(instructionsFile(root, name), found, ({ offset }) => lines.positionAt(offset)));
  }
  for (const finding of findings.files) located.push(...inFile(finding.file, [finding], () => null));
  return located;
}

/** The findings of one file, from its top to its end. */
function inFile<F extends SchemaFinding | InstructionsFinding | FileFinding>(
  file: string,
  findings: readonly F[],
  place: (finding: F) => SourcePosition | null,
): Diagnostic[] {
  const found = findings.map((finding): Diagnostic => {
    const { rule, message } = finding;
    const position = place(finding);
    return { severity: RULES[rule].level, rule, file, message, ...(position !== null && { position }) };
  });
  const [line, column] = [
    ({ position }: Diagnostic) => position?.line ?? 0,
    ({ position }: Diagnostic) => position?.column ?? 0,
  ];
  return found.sort((a, b) => line(a) - line(b) || column(a) - column(b));
}
