// Files: reading, writing and naming them.

export { contentOf, workUnitOf } from "../workspace/content.ts";
export { holdsUnfinished, removeUnfinished, writeDurably } from "../workspace/durable-write.ts";
export { fileNameOf, instanceIdOf, instanceIdProblem } from "../workspace/file-name.ts";
export { readRegularFile, withRegularFile } from "../workspace/read-file.ts";
export { readSourceFile } from "../workspace/source-file.ts";
export { identitiesNow, SourceReading } from "../workspace/source-identities.ts";
export { statIdentity } from "../workspace/stat-identity.ts";
export { reasonOf, WorkspaceError } from "../workspace/walk.ts";
