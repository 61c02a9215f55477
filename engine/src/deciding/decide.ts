import { type InstanceId, requirePersistent, rfc3339, wallTime } from "@runa/store";
import { RefusedError, writeDecision } from "@runa/store/deliveries";
import { logHead, type Verdict } from "@runa/store/log";
import { v7 as uuidv7 } from "uuid";
import { requireProjectId } from "../decisions/project-id.ts";
import { RunaError } from "../diagnostic.ts";
import { decisionNotWritten } from "../messages.ts";
import type { ArtifactType } from "../methodology/methodology.ts";
import type { Decider } from "../people/decider.ts";
import { loadSigning } from "../people/load-signing.ts";
import { type Policy, policyContent } from "../people/policy.ts";
import { instancePath } from "../plan/plan.ts";
import { displayPath, type OpenProject } from "../project/project.ts";
import type { RefusedViolation } from "../session/output-session.ts";
import { InvalidArtifactError, validArtifact } from "../session/valid-artifact.ts";
import { type DecisionValue, decisionValue, type Subject } from "./decision-value.ts";

/** What is to be decided, by whom. */
export interface Intent {
  /** The decision type. */
  readonly type: ArtifactType;
  readonly verdict: Verdict;
  /** With the content that was looked at. */
  readonly subject: Subject;
  readonly note: string | null;
  /** What `--set` gives beside what runa fills in. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly decider: Decider;
  /** The policy in force. */
  readonly policy: Policy;
  readonly environment: NodeJS.ProcessEnv;
  /** Hears what the program that signs says, such as that a key is to be touched. */
  readonly tell: (text: string) => void;
}

/** What deciding came to. Where it is not `decided`, nothing was written. */
export type DecisionResult =
  | { readonly kind: "decided"; readonly id: string; readonly path: string; readonly contentHash: string }
  /** The subject is no longer what was looked at. */
  | { readonly kind: "gone" | "not_valid" | "changed" }
  /** The decision would break its type's schema. */
  | { readonly kind: "invalid"; readonly reason: string; readonly violations: readonly RefusedViolation[] };

/**
 * Makes a decision (decisions 3): its file is judged by its type's schema and signed where that is wanted, and written only
 * while its subject is still what was looked at.
 * @throws RunaError where it cannot be signed or written; StoreError
 */
export async function decide(project: OpenProject, intent: Intent): Promise<DecisionResult> {
  const { store, workspace } = project;
  const { type, verdict, subject, note, fields, decider, policy } = intent;
  const key = decider.key?.public.fingerprint;
  requirePersistent(store);
  const id = uuidv7();
  const value = decisionValue({
    project: requireProjectId(store, workspace),
    type: type.name,
    id,
    verdict,
    subject,
    by: { name: decider.name, key },
    at: rfc3339(wallTime()),
    note,
    logHead: logHead(store).hash,
    fields,
  });
  try {
    // Judged before it is signed, so that nobody touches a key for nothing; signed before the store is locked.
    await validArtifact(type, id as InstanceId, value);
    const file = await validArtifact(type, id as InstanceId, await signed(value, intent));
    const by = decider.name;
    const written = writeDecision(store, { workspace, file, verdict, subject, by, key, policy: policyContent(policy) });
    if (written.kind !== "written") return written;
    const path = displayPath(project.root, instancePath(project, type.name, id as InstanceId));
    return { kind: "decided", id, path, contentHash: written.contentHash };
  } catch (error) {
    if (error instanceof InvalidArtifactError)
      return { kind: "invalid", reason: error.message, violations: error.violations };
    if (error instanceof RefusedError) throw new RunaError(decisionNotWritten(error.message));
    throw error;
  }
}

/** A decision with its signature, where it is signed. */
async function signed(value: DecisionValue, { decider, environment, tell }: Intent): Promise<DecisionValue> {
  if (decider.key === null) return value;
  const { signedDecision } = await loadSigning();
  return signedDecision(value, decider.key, environment, tell);
}
