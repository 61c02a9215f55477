import {
  attemptNotes,
  beforeAttempt,
  type ContentHash,
  confirmArtifact,
  type Deliverer,
  deliverArtifact,
  type InstanceId,
  instanceIdProblem,
  JsonError,
  type JsonSchema,
  MAX_BYTES,
  MAX_DEPTH,
  parseJson,
  progressOf,
  type Refusal,
  RefusedError,
  recordRefusal,
  recordServerFailure,
  recordServerStart,
  requirePersistent,
  StoreError,
  unendedAttempt,
  type Violation,
  type WorkUnit,
  withdrawArtifact,
  workUnitOf,
} from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import type { Methodology, Protocol } from "../methodology/methodology.ts";
import { propertyNames } from "../methodology/schema-parts.ts";
import { undeclaredOutput } from "../plan/offer.ts";
import { instancePath } from "../plan/plan.ts";
import { attemptIn } from "../project/nested.ts";
import { displayPath, findProject, type OpenProject, openProject, openProjectStore } from "../project/project.ts";
import { didYouMean } from "../suggestion.ts";
import type { DeliveryResult, Duty, OfferedOutput, OutputSession } from "./output-session.ts";

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
  if (progressOf(store, attempt) === null)
    throw new RunaError(
      `RUNA_ATTEMPT names attempt ${attempt}, which is none of the project in ${root}: unset it to deliver by hand`,
    );
  const open = unendedAttempt(store, attempt);
  if (open === null || (open.protocol === protocol && open.workUnit === workUnit)) return;
  const unit = open.workUnit === null ? "" : ` of work unit '${open.workUnit}'`;
  throw new RunaError(
    `RUNA_ATTEMPT names attempt ${attempt} of protocol '${open.protocol}'${unit}, which does nothing else: start the server with the arguments in RUNA_MCP_CONFIG`,
  );
}

function protocolFor({ methodology }: OpenProject, { protocol: name, workUnit }: SessionOptions): Protocol {
  const protocol = methodology.protocols.find((candidate) => candidate.name === name);
  if (protocol === undefined)
    throw new RunaError(
      `methodology '${methodology.name}' has no protocol '${name}'${didYouMean(
        name,
        methodology.protocols.map((known) => known.name),
      )}`,
    );
  if (protocol.scoped && workUnit === null)
    throw new RunaError(`protocol '${name}' is scoped: give it a work unit with --work-unit ID`);
  if (!protocol.scoped && workUnit !== null)
    throw new RunaError(`protocol '${name}' is not scoped: leave --work-unit out`);
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
    this.offersOwnTools =
      attempt !== null &&
      beforeAttempt(project.store, attempt).some(
        ({ type, status }) => status === "valid" && this.outputs.some(({ artifactType }) => artifactType === type),
      );
  }

  async deliver(artifactType: string, instanceId: string, artifact: unknown): Promise<DeliveryResult> {
    return this.#guarded("delivered", artifactType, instanceId, async (id) => {
      const type = this.#project.methodology.types.get(artifactType);
      if (type === undefined) throw new RefusedError("not_an_output", `'${artifactType}' is no declared artifact type`);
      const complete = this.#withWorkUnit(artifact, type.schema);
      const { text, value, canonical } = asFile(complete);
      const violations = await (await type.validator())(value);
      if (violations.length > 0) throw new InvalidArtifactError(violations);
      return deliverArtifact(this.#project.store, this.#deliverer, {
        type: artifactType,
        id,
        text,
        canonical,
        schemaHash: type.hash,
        workUnit: workUnitOf(value),
      });
    });
  }

  async confirmUnchanged(artifactType: string, instanceId: string, reason: string): Promise<DeliveryResult> {
    return this.#guarded("confirmed", artifactType, instanceId, async (id) =>
      confirmArtifact(this.#project.store, this.#inAttempt(reason), artifactType, id),
    );
  }

  async withdraw(artifactType: string, instanceId: string, reason: string): Promise<DeliveryResult> {
    return this.#guarded("withdrawn", artifactType, instanceId, async (id) =>
      withdrawArtifact(this.#project.store, this.#inAttempt(reason), artifactType, id),
    );
  }

  noteRefusal(reason: string, violations: Refusal["violations"], artifactType?: string): void {
    const kept = violations.map(({ path, expected }) => ({ path, expected }));
    try {
      recordRefusal(this.#project.store, this.#attempt, "bad_arguments", artifactType ?? null, {
        reason,
        violations: kept,
      });
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

  #inAttempt(reason: string): Deliverer & { attempt: string } {
    if (this.#attempt === null)
      throw new RefusedError("outside_attempt", "only an attempt that runa started can do this");
    if (reason.trim() === "") throw new RefusedError("bad_arguments", "give a reason");
    return { ...this.#deliverer, attempt: this.#attempt };
  }

  /** Runs one call; everything that the caller can mend comes back as a refusal, and is noted for the attempt's report. */
  async #guarded(
    kind: "delivered" | "confirmed" | "withdrawn",
    artifactType: string,
    instanceId: string,
    act: (id: InstanceId) => Promise<ContentHash>,
  ): Promise<DeliveryResult> {
    try {
      if (!this.outputs.some((output) => output.artifactType === artifactType))
        throw new RefusedError("not_an_output", `'${artifactType}' is no output of protocol '${this.protocol}'`);
      const problem = instanceIdProblem(instanceId);
      if (problem !== null)
        throw new RefusedError(
          "bad_instance_id",
          `instance_id ${JSON.stringify(instanceId)} cannot be used: ${problem}`,
        );
      const id = instanceId as InstanceId;
      const contentHash = await act(id);
      if (kind === "withdrawn") this.#delivered.delete(artifactType);
      else this.#delivered.add(artifactType);
      const path = displayPath(this.#project.root, instancePath(this.#project, artifactType, id));
      return { kind, artifactType, instanceId, path, contentHash, stillOwed: this.#stillOwed() };
    } catch (error) {
      // Of a store that is gone, full or damaged, the refusal cannot be told either.
      if (error instanceof StoreError) return { kind: "refused", reason: error.message, violations: [] };
      if (!(error instanceof RefusedError)) throw error;
      const violations = error instanceof InvalidArtifactError ? error.violations : [];
      const kept = violations.map(({ path, keyword, expected }) => ({ path, keyword, expected }));
      const type = error.reason === "not_an_output" ? null : artifactType;
      recordRefusal(this.#project.store, this.#attempt, error.reason, type, {
        reason: error.message,
        violations: kept,
      });
      return { kind: "refused", reason: error.message, violations };
    }
  }

  /** Puts the session's work unit in where the schema mentions it; one that names another is refused. */
  #withWorkUnit(artifact: unknown, schema: JsonSchema): unknown {
    if (this.workUnit === null || typeof artifact !== "object" || artifact === null || Array.isArray(artifact))
      return artifact;
    const named = Object.hasOwn(artifact, "work_unit") ? (artifact as { work_unit: unknown }).work_unit : undefined;
    if (named !== undefined && named !== this.workUnit)
      throw new RefusedError(
        "other_work_unit",
        `this session delivers for work unit '${this.workUnit}', not ${JSON.stringify(named)}: leave work_unit out`,
      );
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

class InvalidArtifactError extends RefusedError {
  readonly violations: readonly Violation[];
  constructor(violations: readonly Violation[]) {
    super(
      "invalid_artifact",
      violations.length === 1
        ? "it breaks its schema in one place"
        : `it breaks its schema in ${violations.length} places`,
    );
    this.violations = violations;
  }
}

const MAX_MIB = MAX_BYTES / 1024 ** 2;

/** An artifact as the text of its file, and as that text is read back. */
function asFile(artifact: unknown): { text: string; value: unknown; canonical: string } {
  try {
    const text = `${JSON.stringify(artifact, null, 2)}\n`;
    if (Buffer.byteLength(text) > MAX_BYTES)
      throw new RefusedError("not_json", `its file would be longer than ${MAX_MIB} MiB`);
    return { text, ...parseJson(text) };
  } catch (error) {
    if (error instanceof JsonError) throw new RefusedError("not_json", `it cannot be kept as JSON: ${error.message}`);
    if (!(error instanceof RangeError)) throw error;
    // The limits of JSON.stringify on nesting and on length lie above runa's.
    const limit = /call stack/.test(error.message) ? `nested over ${MAX_DEPTH} levels` : `longer than ${MAX_MIB} MiB`;
    throw new RefusedError("not_json", `it cannot be kept as JSON: ${limit}`);
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
