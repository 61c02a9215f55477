import {
  type ContentHash,
  type HeardDeliveries,
  type Instance,
  type InstanceId,
  type InstanceStatus,
  ListedInstances,
  type Moment,
  type ScanGap,
  type SchemaHash,
  type Snapshot,
  type WorkUnit,
} from "@runa/store";
import type { LastAttempt } from "@runa/store/attempts";
import type { Annotation, ApprovalAnnotation, RejectionAnnotation } from "../../src/methodology/annotation.ts";
import { candidateKey } from "../../src/methodology/candidate.ts";
import type { ProtocolDeclaration } from "../../src/methodology/manifest.ts";
import type { ArtifactType, Methodology, Protocol } from "../../src/methodology/methodology.ts";
import type { Trigger } from "../../src/methodology/trigger.ts";

/** A protocol's declaration; what is not said is empty, and it waits for `go`. */
export function declare(name: string, rest: Partial<ProtocolDeclaration> = {}): ProtocolDeclaration {
  return {
    name,
    requires: [],
    accepts: [],
    produces: [],
    mayProduce: [],
    choices: [],
    scoped: false,
    trigger: { type: "on_artifact", name: "go" },
    ...rest,
  };
}

/** The fingerprint of every protocol that `methodologyOf` makes. */
export const FINGERPRINT = "as it is";

/** A methodology that was never on a disk: any schema, any instructions. */
export function methodologyOf(
  types: readonly string[],
  declarations: readonly ProtocolDeclaration[],
  annotations: Readonly<Record<string, Annotation>> = {},
): Methodology {
  return {
    name: "m",
    file: "/m/manifest.toml",
    manifestHash: "sha256:manifest",
    sourcesHash: "sha256:sources",
    types: new Map(types.map((name): [string, ArtifactType] => [name, anyType(name, annotations[name])])),
    protocols: declarations.map(
      (declaration): Protocol => ({
        ...declaration,
        instructions: `Do ${declaration.name}.`,
        instructionsHash: "sha256:instructions",
        fingerprint: FINGERPRINT,
      }),
    ),
    document: { file: "/m/manifest.toml", text: "", table: {} },
    findings: [],
  };
}

function anyType(name: string, annotation: Annotation | null = null): ArtifactType {
  return {
    name,
    schema: true,
    hash: "sha256:schema" as SchemaHash,
    fileHash: "sha256:file",
    annotation,
    validator: () => Promise.reject(new Error("nothing is validated here")),
  };
}

/** What tells one instance from another; what is not said is valid, of no work unit, and of moment 1. */
export interface InstanceSketch {
  readonly status?: InstanceStatus;
  readonly hash?: string;
  readonly workUnit?: string | null;
  readonly at?: number;
  readonly deliveredAt?: number | null;
}

/** An instance of a type. */
export function instanceOf(type: string, id: string, sketch: InstanceSketch = {}): Instance {
  const { status = "valid", hash = "h", workUnit = null, at = 1, deliveredAt = null } = sketch;
  return {
    type,
    id: id as InstanceId,
    status,
    contentHash: `sha256:${hash}` as ContentHash,
    workUnit: workUnit as WorkUnit | null,
    lastModified: at as Moment,
    deliveredAt: deliveredAt as Moment | null,
    mtime: null,
    violations:
      status === "valid"
        ? []
        : [{ path: "", keyword: "type", expected: "an object", got: "3", message: "expected an object, got 3" }],
  };
}

/** What a snapshot holds beside instances. */
export interface SnapshotSketch {
  /** Partially scanned types. */
  readonly gaps?: readonly string[];
  readonly lastAttempts?: readonly LastAttempt[];
  readonly lastSuccesses?: readonly LastAttempt[];
  readonly heard?: HeardDeliveries;
  /** Whose attempts these are, and who heard it. */
  readonly workUnit?: WorkUnit | null;
}

/** A snapshot of these instances, as the store would have read them. */
export function snapshotOf(
  types: readonly string[],
  instances: readonly Instance[],
  { gaps = [], lastAttempts = [], lastSuccesses = [], heard, workUnit = null }: SnapshotSketch = {},
): Snapshot {
  const byCandidate = (attempts: readonly LastAttempt[]) =>
    new Map(
      attempts.map((attempt): [string, LastAttempt] => [
        candidateKey({ protocol: attempt.protocol, workUnit }),
        attempt,
      ]),
    );
  return {
    instances: new ListedInstances(
      types.map((type): [string, Instance[]] => [type, instances.filter((instance) => instance.type === type)]),
    ),
    gaps: new Map(
      gaps.map((type): [string, ScanGap[]] => [type, [{ type, path: `${type}/x.json`, reason: "permission denied" }]]),
    ),
    lastAttempts: byCandidate(lastAttempts),
    reopened: new Set(),
    lastSuccesses: byCandidate(lastSuccesses),
    openAttempts: [],
    logged: [],
    records: { newest: new Map(), began: null },
    heard: new Map(heard === undefined ? [] : [[workUnit, heard]]),
  };
}

/** `on_artifact("x")` and so on, as the manifest would say it. */
export const when = {
  artifact: (name: string): Trigger => ({ type: "on_artifact", name }),
  change: (name: string): Trigger => ({ type: "on_change", name }),
  invalid: (name: string): Trigger => ({ type: "on_invalid", name }),
  all: (...conditions: Trigger[]): Trigger => ({ type: "all_of", conditions }),
  any: (...conditions: Trigger[]): Trigger => ({ type: "any_of", conditions }),
};

/** An annotation of approvals; what is not said is as where a schema does not say it. */
export function approvalOf(of: string, rest: Partial<ApprovalAnnotation> = {}): ApprovalAnnotation {
  return { kind: "approval", of, min: 1, role: null, notAuthor: false, ...rest };
}

export function rejectionOf(of: string): RejectionAnnotation {
  return { kind: "rejection", of };
}

/** A work unit's id. */
export function unit(id: string): WorkUnit {
  return id as WorkUnit;
}
