import { join } from "node:path";
import { type ContentHash, type Instance, type InstanceId, type WallTime, type WorkUnit, wallTime } from "@runa/store";
import { contentOf, fileNameOf, readRegularFile } from "@runa/store/files";
import type { LoggedDecision, Verdict } from "@runa/store/log";
import type { Policy } from "../people/policy.ts";
import type { SignatureVerdict, verdictOf } from "../people/verdict.ts";
import { NOT_ATTESTED } from "./decisions.ts";
import { readProjectId } from "./project-id.ts";
import type { SignatureState, Signatures, SignedDecision } from "./signatures.ts";

const OTHERWISE = "the log tells something else of it than it says";

/** A decision's file as far as it says what a signed one has to say. */
interface Said {
  readonly project: string;
  readonly type: string;
  readonly id: string;
  readonly decision: Verdict;
  readonly subject: { readonly artifact_type: string; readonly instance_id: string; readonly content_hash: string };
  readonly by: { readonly name: string };
  readonly at: string;
  readonly work_unit?: string;
}

/** Reads the files of decisions to judge their signatures. */
export class SignedFiles implements Signatures {
  readonly #workspace: string;
  readonly #policy: Policy;
  readonly #judge: typeof verdictOf;
  /** What a file holds, by what it is and its content. */
  readonly #values = new Map<string, unknown>();
  #project: string | null | undefined;

  constructor(workspace: string, policy: Policy, judge: typeof verdictOf) {
    this.#workspace = workspace;
    this.#policy = policy;
    this.#judge = judge;
  }

  verify(file: Instance, event: LoggedDecision): SignatureState {
    const value = this.#valueOf(file);
    const verdict = this.#judge(value, this.#policy, event.at);
    if (verdict.kind !== "signed") return { kind: "refused", text: verdict.text };
    const why = this.#misplaced(file, value) ?? (says(value, event, verdict.person) ? null : OTHERWISE);
    return why === null ? { kind: "signed" } : { kind: "refused", text: why };
  }

  read(file: Instance): SignedDecision | string {
    const value = this.#valueOf(file);
    const verdict = this.#judge(value, this.#policy, wallTime());
    if (verdict.kind !== "signed") return whyNot(verdict);
    const why = this.#misplaced(file, value);
    if (why !== null || !isSaid(value)) return `not attested: ${why ?? "it lacks what every decision says"}`;
    const { subject } = value;
    return {
      type: file.type,
      id: file.id,
      contentHash: file.contentHash,
      verdict: value.decision,
      subject: {
        type: subject.artifact_type,
        id: subject.instance_id as InstanceId,
        contentHash: subject.content_hash as ContentHash,
      },
      workUnit: (value.work_unit as WorkUnit | undefined) ?? null,
      by: verdict.person,
      author: null,
      at: (Date.parse(value.at) * 1000) as WallTime,
      attested: true,
    };
  }

  /** Where else a signed decision belongs: one that is copied there says nothing. */
  #misplaced(file: Instance, value: unknown): string | null {
    if (!isSaid(value)) return "it lacks what every decision says";
    if (value.type !== file.type || value.id !== file.id) return `it is ${value.type}/${value.id}`;
    return value.project === this.#projectId() ? null : "it is of another project";
  }

  #projectId(): string | null {
    if (this.#project === undefined) {
      const found = readProjectId(this.#workspace);
      this.#project = found.kind === "known" ? found.id : null;
    }
    return this.#project;
  }

  /** What a file holds; nothing where it is no longer what the last scan found. */
  #valueOf({ type, id, contentHash }: Instance): unknown {
    const key = `${type}/${id}/${contentHash}`;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = this.#readAs(type, id, contentHash);
    // What cannot be read now may be readable the next time.
    if (value !== undefined) this.#values.set(key, value);
    return value;
  }

  #readAs(type: string, id: InstanceId, expected: ContentHash): unknown {
    let bytes: Buffer | undefined;
    try {
      bytes = readRegularFile(join(this.#workspace, type, fileNameOf(id)))?.bytes;
    } catch {
      return undefined;
    }
    if (bytes === undefined) return undefined;
    const { hash, content } = contentOf(bytes);
    if (hash !== expected || "malformed" in content) return undefined;
    return content.exact ?? content.value;
  }
}

/** Whether a signed file says itself what its event says of it. */
function says(value: unknown, event: LoggedDecision, person: string): boolean {
  if (!isSaid(value)) return false;
  const { decision, subject, work_unit = null } = value;
  return (
    decision === event.verdict &&
    person === event.by &&
    work_unit === event.workUnit &&
    subject.artifact_type === event.subject.type &&
    subject.instance_id === event.subject.id &&
    subject.content_hash === event.subject.contentHash
  );
}

/** Of what is not signed at all it is more use to say how decisions are made. */
function whyNot({ kind, ...verdict }: Exclude<SignatureVerdict, { kind: "signed" }>): string {
  return kind === "unsigned" ? NOT_ATTESTED : `not attested: ${verdict.text}`;
}

function isSaid(value: unknown): value is Said {
  if (!isObject(value) || !isObject(value.subject) || !isObject(value.by)) return false;
  const { artifact_type, instance_id, content_hash } = value.subject;
  const texts = [
    value.project,
    value.type,
    value.id,
    value.at,
    value.by.name,
    artifact_type,
    instance_id,
    content_hash,
  ];
  return (
    texts.every((text) => typeof text === "string") &&
    !Number.isNaN(Date.parse(String(value.at))) &&
    ["approved", "rejected", "revoked"].includes(String(value.decision)) &&
    (value.work_unit === undefined || typeof value.work_unit === "string")
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
