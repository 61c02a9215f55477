import { type Diagnostic, DiagnosticsError } from "../../diagnostic.ts";
import { manifestFindings } from "../manifest-findings.ts";
import { loadMethodology, type Methodology, manifestPath, UnloadableMethodologyError } from "../methodology.ts";
import { unapprovedInputs } from "./approvals.ts";
import { exclusiveInputs, hardCycles, neverReady } from "./circles.ts";
import { contradictions } from "./contradictions.ts";
import { undescribedProperties } from "./descriptions.ts";
import type { SchemaFinding } from "./finding.ts";
import { instructionsFindings } from "./instructions.ts";
import { locateFindings } from "./locate.ts";
import { recordCircles, unfilteredRecords } from "./records.ts";
import { isRuleId } from "./rules.ts";
import { schemaFindings } from "./schemas.ts";
import { strayFiles } from "./stray-files.ts";
import { misspeltTables, unreadChanges, untriggeredFeedback } from "./triggers.ts";
import { workUnitFindings } from "./work-units.ts";

/** What was found in a methodology. */
export interface LintReport {
  /** Its manifest, absolute. */
  readonly manifest: string;
  /** Null where it cannot be loaded. */
  readonly methodology: Methodology | null;
  readonly findings: readonly Diagnostic[];
}

/** Lints the methodology at a path: its manifest, or the directory that holds it. */
export async function lintPath(path: string): Promise<LintReport> {
  const manifest = manifestPath(path);
  try {
    const methodology = await loadMethodology(manifest);
    return { manifest, methodology, findings: await lintMethodology(methodology) };
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    const findings = error.diagnostics.map((found) =>
      isRuleId(found.rule) ? found : { ...found, rule: "unloadable" },
    );
    const further = error instanceof UnloadableMethodologyError ? await lintSchemas(error.loaded) : [];
    return { manifest, methodology: null, findings: [...findings, ...further] };
  }
}

/**
 * Everything in a methodology that loads but is probably wrong, each with the id of its rule, in the order of its files.
 * @throws RunaError where a file is no longer what it was when the methodology was loaded
 */
export async function lintMethodology(methodology: Methodology): Promise<Diagnostic[]> {
  return locateFindings(methodology, {
    manifest: [
      ...manifestFindings(methodology),
      ...misspeltTables(methodology),
      ...hardCycles(methodology),
      ...neverReady(methodology),
      ...exclusiveInputs(methodology),
      ...unreadChanges(methodology),
      ...untriggeredFeedback(methodology),
      ...unapprovedInputs(methodology),
      ...recordCircles(methodology),
      ...unfilteredRecords(methodology),
      ...workUnitFindings(methodology),
    ],
    schemas: [...ofSchemas(methodology), ...undescribedProperties(methodology)],
    instructions: instructionsFindings(methodology),
    files: strayFiles(methodology),
  });
}

/** What is found in the schemas that could be loaded, where others or the manifest could not. */
function lintSchemas(loaded: Methodology): Promise<Diagnostic[]> {
  return locateFindings(loaded, { manifest: [], schemas: ofSchemas(loaded), instructions: [], files: [] });
}

function ofSchemas(methodology: Methodology): SchemaFinding[] {
  return [...schemaFindings(methodology), ...contradictions(methodology)];
}
