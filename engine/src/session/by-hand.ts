import { requirePersistent, type WorkUnit } from "@runa/store";
import { deliverArtifact } from "@runa/store/deliveries";
import type { ArtifactType } from "../methodology/methodology.ts";
import { instancePath } from "../plan/plan.ts";
import { displayPath, type OpenProject, scanProject } from "../project/project.ts";
import type { ReadArtifact } from "./artifact-text.ts";
import type { DeliveryResult } from "./output-session.ts";
import { orRefusal, type Refused, recordBadArguments } from "./refusal.ts";
import { usableId, validArtifact } from "./valid-artifact.ts";

/** What a person delivers. */
export interface HandDelivery {
  readonly type: ArtifactType;
  readonly instanceId: string;
  readonly read: ReadArtifact;
  /** Whose instance alone may be replaced; null for any. */
  readonly workUnit: string | null;
}

/**
 * Delivers what a person writes, outside of any attempt (attempts.md section 2): judged by its schema, written atomically and
 * durably, and recorded as by hand.
 * @throws StoreError where nothing can be kept; WorkspaceError where the workspace has gone
 */
export async function deliverByHand(
  project: OpenProject,
  { type, instanceId, read, workUnit }: HandDelivery,
): Promise<DeliveryResult> {
  const { store, workspace } = project;
  requirePersistent(store);
  // What was changed before is noted before; and a workspace that has gone is not made anew as if nothing had been in it.
  await scanProject(project);
  if (read.kind === "refused") return refusedText(project, type.name, read);
  return orRefusal(store, null, type.name, async () => {
    const id = usableId(instanceId);
    const artifact = await validArtifact(type, id, read.artifact);
    const deliverer = { workspace, attempt: null, workUnit: workUnit as WorkUnit | null, via: "hand" } as const;
    const contentHash = deliverArtifact(store, deliverer, artifact);
    const path = displayPath(project.root, instancePath(project, type.name, id));
    return { kind: "delivered", artifactType: type.name, instanceId, path, contentHash, stillOwed: [] };
  });
}

function refusedText(
  { store }: OpenProject,
  type: string,
  { reason, violations }: Extract<ReadArtifact, { kind: "refused" }>,
): Refused {
  recordBadArguments(store, null, type, { reason, violations });
  return { kind: "refused", reason, violations };
}
