import { logHead } from "@runa/store/log";
import { type Verification, verifyArtifacts } from "../audit/verify.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { scanWarnings } from "./scan-warnings.ts";

/** What does not fit to what the log tells (`runa audit --verify`). */
export interface VerificationAnswer extends Verification {
  readonly version: 1;
  readonly kind: "verification";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  /** The hash of the log's last event. */
  readonly log_head: string;
}

/** Holds everything that lies there against the log (decisions.md section 5). */
export async function verification(project: OpenProject): Promise<VerificationAnswer> {
  const evaluation = await lookAt(project, null);
  return {
    version: 1,
    kind: "verification",
    methodology: project.methodology.name,
    scan_warnings: scanWarnings(evaluation),
    log_head: logHead(project.store).hash,
    ...verifyArtifacts(project, evaluation),
  };
}
