import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readSourceFile } from "@runa/store/files";
import { type Diagnostic, DiagnosticsError, RunaError } from "../diagnostic.ts";
import { caseFileUnusable, noCaseFiles } from "../messages.ts";
import { decisionTypesOf } from "../methodology/decision-types.ts";
import { loadMethodology, type Methodology } from "../methodology/methodology.ts";
import { locate } from "../toml/locate.ts";
import { parseToml } from "../toml/parse.ts";
import { whyUnreadable } from "../unreadable.ts";
import type { CaseFile } from "./case.ts";
import { CaseReader } from "./case-reader.ts";

/** A methodology and its author's cases. */
export interface CaseFiles {
  readonly methodology: Methodology;
  readonly files: readonly CaseFile[];
}

/**
 * Loads a methodology and every file of cases in `tests/` beside its manifest.
 * @throws DiagnosticsError with everything that is wrong in any of them; RunaError where there is none
 */
export async function readCases(manifest: string): Promise<CaseFiles> {
  const methodology = await loadMethodology(manifest);
  const directory = join(dirname(manifest), "tests");
  const names = caseFilesIn(directory);
  if (names.length === 0) throw new RunaError(noCaseFiles(directory));
  const wrong: Diagnostic[] = [];
  const files: CaseFile[] = [];
  for (const name of names) {
    const read = await readCaseFile(join(directory, name), methodology).catch((error: unknown) => {
      if (!(error instanceof DiagnosticsError)) throw error;
      wrong.push(...error.diagnostics);
      return null;
    });
    if (read !== null) files.push(read);
  }
  if (wrong.length > 0) throw new DiagnosticsError(wrong);
  return { methodology, files };
}

function caseFilesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".toml") && !name.startsWith("."))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function readCaseFile(file: string, methodology: Methodology): Promise<CaseFile> {
  const { types, protocols } = methodology;
  const names = {
    types: [...types.keys()],
    protocols: protocols.map(({ name }) => name),
    scoped: new Set(protocols.filter(({ scoped }) => scoped).map(({ name }) => name)),
    decisions: decisionTypesOf(methodology),
  };
  const document = parseToml(file, bytesOf(file));
  const reader = new CaseReader(names, dirname(file));
  const cases = reader.read(document.table);
  if (reader.findings.length > 0) throw new DiagnosticsError(await locate(document, reader.findings));
  return { file, document, cases };
}

function bytesOf(file: string): Buffer {
  try {
    return readSourceFile(file);
  } catch (error) {
    throw new DiagnosticsError([{ severity: "error", file, message: caseFileUnusable(whyUnreadable(file, error)) }]);
  }
}
