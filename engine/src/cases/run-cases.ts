import type { SourcePosition } from "../diagnostic.ts";
import { locate } from "../toml/locate.ts";
import type { TomlDocument } from "../toml/parse.ts";
import type { CaseFile } from "./case.ts";
import type { CaseResult, Deviation } from "./deviation.ts";
import { playCase, type Stage } from "./play.ts";

/** A deviation and where its expectation stands. */
export interface PlacedDeviation {
  readonly deviation: Deviation;
  readonly position: SourcePosition | null;
}

/** What came of one case of a file. */
export interface PlacedResult extends Omit<CaseResult, "deviations"> {
  readonly file: string;
  readonly position: SourcePosition | null;
  readonly deviations: readonly PlacedDeviation[];
}

/**
 * Plays cases one after the other; a signal keeps the next from starting.
 * @param wanted which of them are played
 */
export async function runCases(
  stage: Stage,
  files: readonly CaseFile[],
  wanted: (file: string, name: string) => boolean,
): Promise<PlacedResult[]> {
  const results: PlacedResult[] = [];
  for (const { file, document, cases } of files)
    for (const one of cases) {
      if (!wanted(file, one.name)) continue;
      if (stage.interrupts.requested !== null) return results;
      results.push(await placed(file, document, await playCase(stage, one)));
    }
  return results;
}

/** Places are looked for only where there is something to report. */
async function placed(file: string, document: TomlDocument, result: CaseResult): Promise<PlacedResult> {
  const { deviations, problem, path } = result;
  const isFine = deviations.length === 0 && problem === null;
  const position = isFine ? null : await positionOf(document, [...path, "name"]);
  const found: PlacedDeviation[] = [];
  for (const deviation of deviations) found.push({ deviation, position: await positionOf(document, deviation.path) });
  // Down the file, as its author reads it.
  const lineOf = (one: PlacedDeviation) => one.position?.line ?? 0;
  return { ...result, file, position, deviations: found.toSorted((a, b) => lineOf(a) - lineOf(b)) };
}

async function positionOf(document: TomlDocument, path: Deviation["path"]): Promise<SourcePosition | null> {
  const [found] = await locate(document, [{ severity: "error", path, at: "key", message: "" }]);
  return found?.position ?? null;
}
