import {
  type ContentHash,
  type InstanceId,
  type JsonSchema,
  requirePersistent,
  StoreError,
  type WorkUnit,
} from "@runa/store";
import { attemptNotes, beforeAttempt, progressOf, type Refusal, unendedAttempt } from "@runa/store/attempts";
import {
  confirmArtifact,
  type Deliverer,
  deliverArtifact,
  RefusedError,
  recordServerFailure,
  recordServerStart,
  withdrawArtifact,
} from "@runa/store/deliveries";
import { RunaError } from "../diagnostic.ts";
import {
  foreignAttempt,
  othersAttempt,
  refusedForeignUnit,
  refusedNoOutput,
  refusedNoReason,
  refusedOutsideAttempt,
  refusedUnknownType,
  serverNeedsUnit,
  unknownProtocol,
  unscopedTakesNoUnit,
} from "../messages.ts";
import type { Methodology, Protocol } from "../methodology/methodology.ts";
import { propertyNames } from "../methodology/schema-parts.ts";
import { undeclaredOutput } from "../plan/offer.ts";
import { instancePath } from "../plan/plan.ts";
import { attemptIn } from "../project/nested.ts";
import { displayPath, findProject, type OpenProject, openProject, openProjectStore } from "../project/project.ts";
import { didYouMean } from "../suggestion.ts";
import type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "./output-session.ts";
import { orRefusal, recordBadArguments } from "./refusal.ts";
import { usableId, validArtifact } from "./valid-artifact.ts";

/** Which session is opened. */
export interface SessionOptions {
  readonly protocol: string;
  readonly workUnit: string | null;
  readonly workingDirectory: string;
  /** `--config`. */
  readonly config?: string | undefined;
  /** Where the artifacts lie, when that is not where the configuration says. */
  readonly artifactsDir?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Opens the project and the session of one protocol. It scans nothing: its cost does not depend on how many artifacts
 * there are.
 * @throws RunaError for an unknown protocol, one that writes a type that is not declared, a scope that does not fit, or the
 *   attempt of another candidate; DiagnosticsError, StoreError
 */
export async function openOutputSession(options: SessionOptions): Promise<OutputSession> {
  const project = await openProject(options).catch(async (error: unknown) => {
    await tellWhyNotServed(options, error);
    throw error;
  });
  try {
    requirePersistent(project.store);
    const protocol = protocolFor(project, options);
    const undeclared = undeclaredOutput(project.methodology, protocol);
    if (undeclared !== null) throw new RunaError(undeclared);
    const attempt = attemptIn(options.environment);
    if (attempt !== null) {
      refuseAnothersAttempt(project, attempt, options);
      recordServerStart(project.store, attempt);
    }
    return new ProjectSession(project, protocol, options.workUnit as WorkUnit | null, attempt);
  } catch (error) {
    project.close();
    await tellWhyNotServed(options, error);
    throw error;
  }
}

/** The session of an open attempt in a project that is open, and that the session's end closes as well. */
export function sessionIn(
  project: OpenProject,
  protocol: Protocol,
  workUnit: WorkUnit | null,
  attempt: string,
): OutputSession {
  return new ProjectSession(project, protocol, workUnit, attempt);
}

/** What keeps the server from serving, such as a manifest that was broken meanwhile, is told in its attempt's outcome. */
async function tellWhyNotServed(options: SessionOptions, error: unknown): Promise<void> {
  const attempt = attemptIn(options.environment);
  if (attempt === null) return;
  try {
    const store = openProjectStore(await findProject(options));
    try {
      recordServerFailure(store, attempt, error instanceof Error ? error.message : String(error));
    } finally {
      store.close();
    }
  } catch {
    // The agent is told all the same.
  }
}

/** What an attempt delivers is its own protocol's: an agent that starts another one's server gets no tools by it. */
function refuseAnothersAttempt(
  { store, root }: OpenProject,
  attempt: string,
  { protocol, workUnit }: SessionOptions,
): void {
  if (progressOf(store, attempt) === null) throw new RunaError(foreignAttempt(attempt, root));
  const open = unendedAttempt(store, attempt);
  if (open === null || (open.protocol === protocol && open.workUnit === workUnit)) return;
  const unit = open.workUnit === null ? "" : ` of work unit '${open.workUnit}'`;
  throw new RunaError(othersAttempt(attempt, open.protocol, unit));
}

function protocolFor({ methodology }: OpenProject, { protocol: name, workUnit }: SessionOptions): Protocol {
  const protocol = methodology.protocols.find((candidate) => candidate.name === name);
  if (protocol === undefined)
    throw new RunaError(
      unknownProtocol(
        methodology.name,
        name,
        didYouMean(
          name,
          methodology.protocols.map((known) => known.name),
        ),
      ),
    );
  if (protocol.scoped && workUnit === null) throw new RunaError(serverNeedsUnit(name));
  if (!protocol.scoped && workUnit !== null) throw new RunaError(unscopedTakesNoUnit(name));
  return protocol;
}

class ProjectSession implements OutputSession {
  readonly methodology: string;
  readonly protocol: string;
  readonly workUnit: WorkUnit | null;
  readonly outputs: readonly OfferedOutput[];
  readonly offersOwnTools: boolean;
  readonly #project: OpenProject;
  readonly #declaration: Protocol;
  readonly #attempt: string | null;
  readonly #delivered = new Set<string>();

  constructor(project: OpenProject, protocol: Protocol, workUnit: WorkUnit | null, attempt: string | null) {
    this.#project = project;
    this.#declaration = protocol;
    this.#attempt = attempt;
    this.methodology = project.methodology.name;
    this.protocol = protocol.name;
    this.workUnit = workUnit;
    // What an earlier session of the same attempt has delivered.
    if (attempt !== null)
      for (const { type } of attemptNotes(project.store, attempt).deliveries) this.#delivered.add(type);
    this.outputs = offeredBy(protocol, project.methodology);
    const before = attempt === null ? null : beforeAttempt(project.store, attempt);
    this.offersOwnTools =
      before?.some(
        ({ type, status }) => status === "valid" && this.outputs.some(({ artifactType }) => artifactType === type),
      ) ?? false;
  }

  async deliver(artifactType: string, instanceId: string, artifact: unknown): Promise<DeliveryResult> {
    return this.#guarded("delivered", artifactType, instanceId, async (id) => {
      const type = this.#project.methodology.types.get(artifactType);
      if (type === undefined) throw new RefusedError("not_an_output", refusedUnknownType(artifactType));
      const valid = await validArtifact(type, id, this.#withWorkUnit(artifact, type.schema));
      return deliverArtifact(this.#project.store, this.#deliverer, valid);
    });
  }

  async confirmUnchanged(artifactType: string, instanceId: string, reason?: string): Promise<DeliveryResult> {
    return this.#guarded("confirmed", artifactType, instanceId, async (id) =>
      confirmArtifact(this.#project.store, this.#inAttempt(reason), artifactType, id),
    );
  }

  async withdraw(artifactType: string, instanceId: string, reason?: string): Promise<DeliveryResult> {
    return this.#guarded("withdrawn", artifactType, instanceId, async (id) =>
      withdrawArtifact(this.#project.store, this.#inAttempt(reason), artifactType, id),
    );
  }

  noteRefusal(reason: string, violations: Refusal["violations"], artifactType?: string): void {
    try {
      recordBadArguments(this.#project.store, this.#attempt, artifactType ?? null, { reason, violations });
    } catch (error) {
      // It is refused all the same; a store that is gone says so to whoever needs it.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  close(): void {
    this.#project.close();
  }

  get #deliverer(): Deliverer {
    return { workspace: this.#project.workspace, attempt: this.#attempt, workUnit: this.workUnit };
  }

  #inAttempt(reason: string | undefined): Deliverer & { attempt: string } {
    if (this.#attempt === null) throw new RefusedError("outside_attempt", refusedOutsideAttempt());
    if (reason?.trim() === "") throw new RefusedError("bad_arguments", refusedNoReason());
    return { ...this.#deliverer, attempt: this.#attempt };
  }

  /** Runs one call; everything that the caller can mend comes back as a refusal, and is noted for the attempt's report. */
  async #guarded(
    kind: "delivered" | "confirmed" | "withdrawn",
    artifactType: string,
    instanceId: string,
    act: (id: InstanceId) => Promise<ContentHash>,
  ): Promise<DeliveryResult> {
    return orRefusal(this.#project.store, this.#attempt, artifactType, async () => {
      if (!this.outputs.some((output) => output.artifactType === artifactType))
        throw new RefusedError("not_an_output", refusedNoOutput(artifactType, this.protocol));
      const id = usableId(instanceId);
      const contentHash = await act(id);
      if (kind === "withdrawn") this.#delivered.delete(artifactType);
      else this.#delivered.add(artifactType);
      const path = displayPath(this.#project.root, instancePath(this.#project, artifactType, id));
      return { kind, artifactType, instanceId, path, contentHash, stillOwed: this.#stillOwed() };
    });
  }

  /** Puts the session's work unit in where the schema mentions it; one that names another is refused. */
  #withWorkUnit(artifact: unknown, schema: JsonSchema): unknown {
    if (this.workUnit === null || typeof artifact !== "object" || artifact === null || Array.isArray(artifact))
      return artifact;
    const named = Object.hasOwn(artifact, "work_unit") ? (artifact as { work_unit: unknown }).work_unit : undefined;
    if (named !== undefined && named !== this.workUnit)
      throw new RefusedError("other_work_unit", refusedForeignUnit(this.workUnit, JSON.stringify(named)));
    return propertyNames(schema).has("work_unit") ? { ...artifact, work_unit: this.workUnit } : artifact;
  }

  #stillOwed(): string[] {
    const { produces, choices } = this.#declaration;
    return [
      ...produces.filter((type) => !this.#delivered.has(type)),
      ...choices
        .filter(({ members }) => !members.some((member) => this.#delivered.has(member)))
        .map(({ members }) => `one of ${members.join(", ")}`),
    ];
  }
}

function offeredBy(protocol: Protocol, { types }: Methodology): OfferedOutput[] {
  const duties: [string, Duty][] = [
    ...protocol.produces.map((type): [string, Duty] => [type, { kind: "produces" }]),
    ...protocol.choices.flatMap(({ name, members }) =>
      members.map((member): [string, Duty] => [member, { kind: "choice", group: name, members }]),
    ),
    ...protocol.mayProduce.map((type): [string, Duty] => [type, { kind: "may_produce" }]),
  ];
  return duties.flatMap(([artifactType, duty]) => {
    const type = types.get(artifactType);
    return type === undefined ? [] : [{ artifactType, schema: type.schema, duty }];
  });
}
