import { type Instance, type InstanceStatus, judgeContent } from "@runa/store";
import { readRegularFile } from "@runa/store/files";
import { parseJson } from "@runa/store/json";
import { RunaError } from "../diagnostic.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { instanceKeepsChanging } from "../messages.ts";
import { type ArtifactType, outputTypesOf } from "../methodology/methodology.ts";
import { instancePath } from "../plan/plan.ts";
import { prose } from "../plan/prose.ts";
import { lookAt } from "../project/look.ts";
import { displayPath, type OpenProject } from "../project/project.ts";
import { fileTime } from "../reasons/origin-entry.ts";
import { instanceNamed, typeNamed } from "./named.ts";
import { type PlacedViolation, placed } from "./placed-violation.ts";
import { scanWarnings } from "./scan-warnings.ts";
import { type ShownOrigin, shownOrigins } from "./shown-origin.ts";

/** Every artifact type with how many instances there are of it (`runa show`). */
export interface TypesAnswer {
  readonly version: 1;
  readonly kind: "types";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly types: readonly TypeEntry[];
}

export interface TypeEntry {
  readonly artifact_type: string;
  readonly total: number;
  readonly valid: number;
  readonly invalid: number;
  readonly malformed: number;
  readonly stale: number;
  /** The protocols that may write it; empty where only people do, or runa itself. */
  readonly written_by: readonly string[];
}

/** The instances of one type (`runa show TYPE`). */
export interface TypeAnswer {
  readonly version: 1;
  readonly kind: "type";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly artifact_type: string;
  readonly instances: readonly InstanceEntry[];
}

export interface InstanceEntry {
  readonly instance_id: string;
  readonly status: InstanceStatus;
  readonly work_unit?: string;
  /** When its file was written last, as the file system tells. */
  readonly changed?: string;
  readonly origin: ShownOrigin;
}

/** One instance (`runa show TYPE INSTANCE`). */
export interface InstanceAnswer extends InstanceEntry {
  readonly version: 1;
  readonly kind: "instance";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  readonly artifact_type: string;
  /** As people see it: from the project where it lies inside it. */
  readonly path: string;
  readonly content_hash: string;
  readonly violations: readonly PlacedViolation[];
  /** The file as it is; left out where it could not be read. */
  readonly text?: string;
  /** The content as an agent's prompt has it; left out of what is no JSON, or could not be read. */
  readonly prose?: string;
}

/** Looks at the workspace: which types there are, and how many instances of each. */
export async function showTypes(project: OpenProject): Promise<TypesAnswer> {
  const evaluation = await lookAt(project, null);
  const { methodology } = project;
  return {
    version: 1,
    kind: "types",
    methodology: methodology.name,
    scan_warnings: scanWarnings(evaluation),
    types: Array.from(methodology.types.keys(), (type): TypeEntry => {
      const { total, valid, stale, broken } = evaluation.view.summary(type);
      const malformed = broken === 0 ? 0 : instancesOf(evaluation, type).filter(isMalformed).length;
      const writers = methodology.protocols.filter((protocol) => outputTypesOf(protocol).includes(type));
      return {
        artifact_type: type,
        total,
        valid,
        invalid: broken - malformed,
        malformed,
        stale,
        written_by: writers.map(({ name }) => name),
      };
    }),
  };
}

/**
 * Looks at the instances of one type.
 * @throws RunaError for a type that there is not
 */
export async function showType(project: OpenProject, name: string): Promise<TypeAnswer> {
  const type = typeNamed(project.methodology, name);
  const evaluation = await lookAt(project, null);
  const instances = instancesOf(evaluation, type.name);
  const origins = shownOrigins(project.store, evaluation, type, instances);
  return {
    version: 1,
    kind: "type",
    methodology: project.methodology.name,
    scan_warnings: scanWarnings(evaluation),
    artifact_type: type.name,
    instances: instances.map((instance, index) => entryOf(instance, origins[index])),
  };
}

/** So often a file that somebody is writing is looked at before it is given up. */
const LOOKS = 3;

/**
 * Looks at one instance, with its content.
 * @throws RunaError for one that there is not
 */
export async function showInstance(project: OpenProject, typeName: string, id: string): Promise<InstanceAnswer> {
  const type = typeNamed(project.methodology, typeName);
  for (let look = 1; look <= LOOKS; look++) {
    const evaluation = await lookAt(project, null);
    const instance = instanceNamed(evaluation, type.name, id);
    const content = await contentOf(project, type, instance);
    if (content === null) continue;
    const [origin] = shownOrigins(project.store, evaluation, type, [instance]);
    return {
      version: 1,
      kind: "instance",
      methodology: project.methodology.name,
      scan_warnings: scanWarnings(evaluation),
      artifact_type: type.name,
      path: displayPath(project.root, instancePath(project, type.name, instance.id)),
      content_hash: instance.contentHash,
      ...entryOf(instance, origin),
      ...content,
    };
  }
  throw new RunaError(instanceKeepsChanging(typeName, id));
}

export function instancesOf({ view }: Evaluation, type: string): readonly Instance[] {
  return view.snapshot.instances.get(type) ?? [];
}

function isMalformed({ status }: Instance): boolean {
  return status === "malformed";
}

/** What is to be said of an instance's file; null where it is not what the scan judged any more. */
async function contentOf(
  project: OpenProject,
  type: ArtifactType,
  { id, contentHash, violations }: Instance,
): Promise<Pick<InstanceAnswer, "violations" | "text" | "prose"> | null> {
  const bytes = bytesOf(instancePath(project, type.name, id));
  if (bytes === "gone") return null;
  if (bytes === "unreadable") return { violations };
  const judged = await judgeContent(type, bytes);
  if (judged.contentHash !== contentHash) return null;
  const text = bytes.toString("utf8");
  return {
    violations: await placed(violations, text, judged.malformedAt),
    text,
    ...(judged.malformedAt === null && { prose: proseOf(text) }),
  };
}

/** The content of a JSON text as a prompt has it. */
function proseOf(text: string): string {
  const { value, exact = value } = parseJson(text);
  return prose(exact);
}

/** The bytes of an instance's file; one that cannot be read is a gap of the scan, which tells of it. */
function bytesOf(path: string): Buffer | "gone" | "unreadable" {
  try {
    return readRegularFile(path)?.bytes ?? "gone";
  } catch {
    return "unreadable";
  }
}

function entryOf(instance: Instance, origin: ShownOrigin = { by: "hand" }): InstanceEntry {
  const { id, status, workUnit } = instance;
  const changed = fileTime(instance);
  return {
    instance_id: id,
    status,
    ...(workUnit !== null && { work_unit: workUnit }),
    ...(changed !== null && { changed }),
    origin,
  };
}
