// Finding, opening and looking at a project.

export { manifestPath } from "../methodology/methodology.ts";
export type { RunLimits } from "../project/config.ts";
export { type Examination, examine, unhealthyInstances, unhealthyOf } from "../project/examine.ts";
export { initProject } from "../project/init.ts";
export { lockfileDefects, renewLockfile, updateLockfile } from "../project/lockfile/write.ts";
export { evaluateScan, evaluateScope, isNamed, lookAt, workUnitsOf } from "../project/look.ts";
export { attemptIn, refuseDeciding, refuseInsideAttempt } from "../project/nested.ts";
export {
  displayPath,
  findProject,
  findRoot,
  methodologyFile,
  type OpenProject,
  openProject,
  type ProjectOptions,
  rebuildProject,
  scanProject,
} from "../project/project.ts";
export { unrecordedCandidates } from "../project/unrecorded.ts";
