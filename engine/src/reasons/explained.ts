import type { ScanReport } from "@runa/store";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Debts } from "../evaluate/owed.ts";
import type { OpenProject } from "../project/project.ts";

/** What explanations of a scope's candidates are made from. */
export interface Explained {
  readonly project: OpenProject;
  readonly evaluation: Evaluation;
  readonly debts: Debts;
  readonly report: Pick<ScanReport, "unrecognized" | "passedOver">;
}
