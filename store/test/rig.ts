import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ContentHash, InstanceId, InstanceRef, JsonSchema, Moment, WorkUnit } from "../src/artifact.ts";
import { openStore, type Store } from "../src/connection/store.ts";
import type { ArtifactRow } from "../src/index/artifact-row.ts";
import { findArtifact } from "../src/index/artifact-table.ts";
import { packedArtifacts } from "../src/index/packed-artifacts.ts";
import { canonicalJson } from "../src/json/canonical.ts";
import { type Claim, claimAttempt, endAttempt } from "../src/record/attempt.ts";
import type { OutcomeId, Owner } from "../src/record/attempt-table.ts";
import { deliverArtifact } from "../src/record/delivery.ts";
import { lastAttemptOf } from "../src/record/last-attempts.ts";
import { type ScanReport, scan } from "../src/scan/scan.ts";
import type { ScannedType } from "../src/scan/scan-files.ts";
import { parseSchema } from "../src/schema/source.ts";
import { loadSchemaCompiler } from "../src/schema/validator.ts";

const compile = await loadSchemaCompiler();

/** A directory that goes with the test; other users may look into it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "runa-store-test-"));
  chmodSync(directory, 0o755);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A type as a scan wants it; `beforeValidation` runs between the reading of a file and the scan's commit. */
export function scannedType(schema: JsonSchema, beforeValidation: () => void = () => {}): ScannedType {
  const source = parseSchema(Buffer.from(JSON.stringify(schema)));
  const validator = compile(source.schema);
  return {
    ...source,
    validator: async () => {
      beforeValidation();
      return validator;
    },
  };
}

export const id = (text: string) => text as InstanceId;
export const unit = (text: string) => text as WorkUnit;

/** The schema of the rig's types. */
export const NOTE: JsonSchema = {
  type: "object",
  required: ["title"],
  properties: { title: { type: "string" }, work_unit: { type: "string" } },
};

const NOTE_TYPE = scannedType(NOTE);

/** What the rig's attempts execute, who does, and where. */
const PROTOCOL = "write";
const OWNER: Owner = { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null };

const PLACE = { directory: "/project", workspace: "/project/workspace" };

let emptyStore: Buffer | undefined;

/** Opens a store; a new one is a copy of the first, and nothing waits for the disk: hundreds are made. */
function openQuickly(directory: string): Store {
  if (emptyStore === undefined) {
    const first = temporaryDirectory();
    openStore(first).close();
    emptyStore = readFileSync(join(first, "runa.db"));
  }
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length === 0) writeFileSync(join(directory, "runa.db"), emptyStore);
  const store = openStore(directory);
  store.connection.database.pragma("synchronous = OFF");
  return store;
}

/** A store and a workspace beside it, with the types `note` and `plan`, both wanting a string `title`. */
export class Rig {
  readonly root = temporaryDirectory();
  readonly workspace = join(this.root, "workspace");
  readonly types = new Map<string, ScannedType>([
    ["note", NOTE_TYPE],
    ["plan", NOTE_TYPE],
  ]);
  readonly #units = new Map<string, WorkUnit | null>();
  #store: Store = openQuickly(join(this.root, "store"));

  constructor() {
    mkdirSync(this.workspace);
    onTestFinished(() => this.#store.close());
  }

  get store(): Store {
    return this.#store;
  }

  /** Closes the store and opens it anew, as the next command does. */
  reopen(): void {
    this.#store.close();
    this.#store = openQuickly(join(this.root, "store"));
  }

  /** Executes SQL as a program would that is not runa: over a connection of its own. */
  executeElsewhere(sql: string): void {
    const other = openStore(this.store.directory);
    other.connection.database.exec(sql);
    other.close();
  }

  path(...names: string[]): string {
    return join(this.workspace, ...names);
  }

  /** Writes a file below the workspace: text and bytes as they are, everything else as JSON. */
  put(name: string, content: unknown): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    return path;
  }

  remove(name: string): void {
    rmSync(this.path(name));
  }

  read(...names: string[]): string {
    return readFileSync(this.path(...names), "utf8");
  }

  /** What lies in a directory below the workspace, dot files too. */
  listed(...names: string[]): string[] {
    return readdirSync(this.path(...names)).sort();
  }

  scan(types: ReadonlyMap<string, ScannedType> = this.types): Promise<ScanReport> {
    return scan(this.store, this.workspace, types);
  }

  rows(): ArtifactRow[] {
    return [...packedArtifacts(this.store.connection).values()].flatMap((packed) => packed.rows());
  }

  /** The row of an instance that must be there. */
  row(type: string, name: string): ArtifactRow {
    const row = findArtifact(this.store.connection, type, id(name));
    if (row === null) throw new Error(`no row for ${type}/${name}`);
    return row;
  }

  /** Commits an attempt of the protocol `write` as `run` does before its agent starts. */
  begin(
    attempt: string,
    workUnit: string | null = null,
    more: Partial<Pick<Claim, "actor" | "inputs" | "contents" | "lastDecision">> = {},
  ): Moment {
    const candidate = { protocol: PROTOCOL, workUnit: workUnit === null ? null : unit(workUnit) };
    this.#units.set(attempt, candidate.workUnit);
    const last = lastAttemptOf(this.store.connection, candidate.protocol, candidate.workUnit);
    const claim = claimAttempt(this.store, {
      ...candidate,
      id: attempt,
      lastAttempt: last?.id ?? null,
      reopened: null,
      exclusion: { exclusive: false, protocols: [{ protocol: PROTOCOL, units: [] }] },
      argv: ["agent"],
      owner: OWNER,
      place: PLACE,
      fingerprint: "f",
      instructionsHash: "h",
      inputs: [],
      before: [],
      contents: [],
      ...more,
    });
    if (claim.kind !== "claimed") throw new Error(`attempt ${attempt} did not begin: ${claim.kind}`);
    return claim.started;
  }

  /** Ends an attempt as `run` does. */
  end(attempt: string, started: Moment, outcome: OutcomeId, delivered: InstanceRef[], superseded: InstanceRef[] = []) {
    const own = { id: attempt, protocol: PROTOCOL, workUnit: this.#units.get(attempt) ?? null };
    return endAttempt(this.store, own, {
      owner: OWNER,
      logged: {},
      outcome,
      detail: {},
      seen: null,
      outputsAfter: "",
      usage: null,
      started,
      byFile: [],
      contents: [],
      delivered,
      superseded,
    });
  }

  /** Delivers a valid artifact as an attempt's server does. */
  deliver(
    name: string,
    value: { readonly title: string; readonly work_unit?: string },
    by: { attempt?: string; workUnit?: string; type?: string } = {},
  ): ContentHash {
    const type = by.type ?? "note";
    const scanned = this.types.get(type);
    if (scanned === undefined) throw new Error(`no type ${type}`);
    return deliverArtifact(this.store, this.deliverer(by), {
      type,
      id: id(name),
      text: `${JSON.stringify(value, null, 2)}\n`,
      canonical: canonicalJson(value),
      schemaHash: scanned.hash,
      workUnit: value.work_unit === undefined ? null : unit(value.work_unit),
    });
  }

  deliverer({ attempt, workUnit }: { attempt?: string | undefined; workUnit?: string | undefined }) {
    return {
      workspace: this.workspace,
      attempt: attempt ?? null,
      workUnit: workUnit === undefined ? null : unit(workUnit),
    };
  }

  /**
   * Waits, without sleeping, until the clock that stamps the workspace's files has passed everything written so far, so
   * that a scan may trust its times.
   */
  untilFilesAreOld(): void {
    const directory = temporaryDirectory();
    const stamp = (name: string) => {
      writeFileSync(join(directory, name), "");
      return statSync(join(directory, name), { bigint: true }).mtimeNs;
    };
    const latest = stamp("first");
    for (let round = 0; stamp(`later-${round}`) <= latest; round++);
  }
}

const NOBODY = 65534;

/** Runs work as a user whom permissions bind: root, who may do everything, steps down for it. */
export async function asOrdinaryUser<T>(work: () => T | Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
