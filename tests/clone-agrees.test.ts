import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FencedAttempt } from "../engine/src/attempt/attempt.ts";
import { placeOf } from "../engine/src/attempt/carrier.ts";
import { concludeAttempt } from "../engine/src/attempt/conclude.ts";
import { instancesBefore } from "../engine/src/attempt/evidence.ts";
import type { Evaluation } from "../engine/src/evaluate/evaluate.ts";
import { thisOwner } from "../engine/src/process/owner.ts";
import { updateLockfile } from "../engine/src/project/lockfile/write.ts";
import { evaluateScope, lookAt } from "../engine/src/project/look.ts";
import { type OpenProject, openProject } from "../engine/src/project/project.ts";
import { claimAttempt, fenceAttempt } from "../store/src/entries/attempts.ts";
import type { WorkUnit } from "../store/src/index.ts";
import { type MethodologyText, writeMethodology } from "./rig/methodology.ts";

/** Small methodologies in which each way of being current or not occurs. */
const METHODOLOGIES: readonly MethodologyText[] = [
  {
    protocols: [
      { name: "plan", requires: ["need"], produces: ["design"] },
      { name: "build", requires: ["design"], may_produce: ["note"], produces: ["code"], trigger: "on_change(design)" },
      { name: "mend", produces: ["repair"], trigger: "any_of(on_invalid(code), on_change(note))" },
    ],
  },
  {
    protocols: [
      {
        name: "draft",
        requires: ["need"],
        produces: ["text"],
        trigger: "any_of(on_artifact(need), on_artifact(rejected))",
      },
      { name: "review", requires: ["text"], choices: { verdict: ["accepted", "rejected"] } },
    ],
  },
  {
    protocols: [
      { name: "split", requires: ["need"], produces: ["task"] },
      { name: "code", requires: ["task"], produces: ["patch"], scoped: true },
      { name: "check", requires: ["patch"], choices: { verdict: ["passed", "failed"] }, scoped: true },
      {
        name: "join",
        requires: ["patch"],
        produces: ["report"],
        trigger: "all_of(on_artifact(patch), on_change(task))",
      },
    ],
  },
];

const UNITS = [null, "u1", "u2"] as const;

/** What happens in a project. Numbers choose among what there is. */
type Deed =
  | {
      readonly kind: "attempt";
      readonly pick: number;
      readonly choice: number;
      readonly text: number;
      readonly fails: boolean;
    }
  /** By hand, to an artifact that is there, whoever made it. */
  | { readonly kind: "edit" | "break" | "remove"; readonly pick: number; readonly text: number }
  /** By hand, one that nobody else makes. */
  | { readonly kind: "add"; readonly pick: number; readonly text: number };

const small = fc.nat({ max: 5 });
const text = fc.nat({ max: 2 });
const changes: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom("edit", "edit", "break", "remove", "add"),
  pick: small,
  text,
});
const attempts: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant("attempt"),
  pick: small,
  choice: small,
  text,
  fails: fc.boolean(),
});
const deeds = fc.oneof({ weight: 3, arbitrary: attempts }, { weight: 2, arbitrary: changes });

/** The clock by which files are written here: each a second after the one before. */
let seconds = 1_700_000_000;

/** A project in a directory, without a single process. */
class Place {
  readonly directory: string;
  readonly project: OpenProject;

  private constructor(directory: string, project: OpenProject) {
    this.directory = directory;
    this.project = project;
  }

  static async at(directory: string): Promise<Place> {
    return new Place(directory, await openProject({ workingDirectory: directory, environment: {} }));
  }

  look(): Promise<Evaluation> {
    return lookAt(this.project, null);
  }

  /** Every candidate's status, by scope. */
  async statuses(): Promise<Record<string, string>> {
    const unscoped = await this.look();
    const all = UNITS.map((unit) => (unit === null ? unscoped : evaluateScope(this.project, unscoped, unit)));
    return Object.fromEntries(
      all.flatMap(({ candidates, workUnit }) =>
        candidates.map(({ protocol, readiness }) => [`${protocol.name} ${workUnit}`, readiness.status]),
      ),
    );
  }

  async do(deed: Deed): Promise<void> {
    if (deed.kind === "attempt") return this.#attempt(deed);
    if (deed.kind === "add") this.#write(join(this.project.workspace, `need/need${deed.pick}.json`), deed.text);
    else this.#change(deed);
    await this.look();
  }

  #change({ kind, pick, text }: Deed & { kind: "edit" | "break" | "remove" }): void {
    const files = readdirSync(this.project.workspace, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .sort();
    const file = files[pick % Math.max(1, files.length)];
    if (file === undefined) return;
    const path = join(this.project.workspace, file);
    if (kind === "remove") rmSync(path);
    else this.#write(path, text, /u[12]/.exec(basename(file))?.[0], kind === "break");
  }

  /** Executes a READY candidate, or any where none is, and brings the lock file up to date as a run does. */
  async #attempt({ pick, choice, text, fails }: Deed & { kind: "attempt" }): Promise<void> {
    const unscoped = await this.look();
    const scopes = UNITS.map((unit) => (unit === null ? unscoped : evaluateScope(this.project, unscoped, unit)));
    const all = scopes.flatMap((evaluation) => evaluation.candidates.map((candidate) => ({ evaluation, candidate })));
    const ready = all.filter(({ candidate }) => candidate.readiness.status === "ready");
    const chosen = ready[pick % Math.max(1, ready.length)];
    if (chosen === undefined) return;
    const { evaluation, candidate } = chosen;
    const { protocol, workUnit } = candidate;
    const id = randomUUID();
    const before = instancesBefore(evaluation.view, protocol);
    const last = evaluation.view.lastAttempt(protocol);
    const claimed = claimAttempt(this.project.store, {
      ...{ id, protocol: protocol.name, workUnit, argv: ["true"], owner: thisOwner(), inputs: [], before },
      ...{
        fingerprint: protocol.fingerprint,
        instructionsHash: protocol.instructionsHash,
        place: placeOf(this.project),
      },
      lastAttempt: last?.elsewhere === undefined ? (last?.id ?? null) : last.elsewhere.lastHere,
      reopened: null,
      exclusion: { exclusive: false, protocols: [] },
      contents: [],
    });
    if (claimed.kind !== "claimed") throw new Error(`not claimed: ${claimed.kind}`);
    const members = protocol.choices.map(({ members }) => members[choice % members.length] ?? "");
    for (const type of [...protocol.produces, ...members, ...(choice % 2 === 0 ? protocol.mayProduce : [])])
      this.#deliver(type, choice % 2, text, workUnit);
    fenceAttempt(this.project.store, id);
    const attempt: FencedAttempt = {
      ...{ phase: "fenced", id, candidate: { protocol, workUnit }, place: placeOf(this.project), before },
      ...{ started: claimed.started, since: performance.now(), tries: 1, adopted: false, worker: null, ending: null },
      end: { exit: { kind: "exited", code: fails ? 1 : 0 }, swept: [], silence: null, usage: null },
    };
    await concludeAttempt(this.project, attempt, () => false);
    this.lock(await this.look(), [null, workUnit]);
  }

  lock(evaluation: Evaluation, renewed: readonly (WorkUnit | null)[] | "all" = "all"): void {
    expect(updateLockfile(this.project, evaluation, renewed)).toBe(null);
  }

  /** Tasks are delegated; everything else belongs to the work unit of who makes it. */
  #deliver(type: string, number: number, text: number, workUnit: string | null): void {
    const unit = type === "task" ? `u${number + 1}` : (workUnit ?? undefined);
    this.#write(join(this.project.workspace, type, `${type}${number}${unit ?? ""}.json`), text, unit);
  }

  #write(file: string, text: number, unit?: string, isBroken = false): void {
    mkdirSync(dirname(file), { recursive: true });
    const artifact = JSON.stringify({ title: `text ${text}`, ...(unit !== undefined && { work_unit: unit }) });
    writeFileSync(file, isBroken ? artifact.slice(1) : artifact);
    seconds++;
    utimesSync(file, seconds, seconds);
  }

  /** What git would take along. */
  async clone(to: string): Promise<Place> {
    const machine = [".runa/store", ".runa/state.toml"].map((path) => join(this.directory, path));
    cpSync(this.directory, to, {
      recursive: true,
      filter: (path) => !machine.includes(path) && basename(path) !== ".superseded",
    });
    return Place.at(to);
  }
}

function layOut(directory: string, methodology: MethodologyText): void {
  writeMethodology(join(directory, "method"), methodology);
  mkdirSync(join(directory, ".runa/workspace/need"), { recursive: true });
  writeFileSync(
    join(directory, ".runa/config.toml"),
    'methodology_path = "method"\n[history]\nlockfile = "runa.lock"\n',
  );
  writeFileSync(join(directory, ".runa/workspace/need/need0.json"), '{"title":"first"}');
}

test("a clone says the same as the original, and goes on saying so", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...METHODOLOGIES),
      fc.array(deeds, { minLength: 2, maxLength: 12 }),
      fc.array(changes, { maxLength: 3 }),
      async (methodology, history, later) => {
        const directory = realpathSync(mkdtempSync(join(tmpdir(), "runa-clone-")));
        const [first, second, third] = ["original", "clone", "again"].map((name) => join(directory, name)) as [
          string,
          string,
          string,
        ];
        const places: Place[] = [];
        try {
          layOut(first, methodology);
          const original = await Place.at(first);
          places.push(original);
          for (const deed of history) await original.do(deed);
          original.lock(await original.look());
          const clone = await original.clone(second);
          places.push(clone);
          expect(await clone.statuses()).toEqual(await original.statuses());
          clone.lock(await clone.look());
          expect(clone.project.lockfile?.read().text).toBe(original.project.lockfile?.read().text);
          const again = await clone.clone(third);
          places.push(again);
          await again.look();
          for (const deed of later) for (const place of places) await place.do(deed);
          const statuses = await original.statuses();
          expect(await clone.statuses()).toEqual(statuses);
          expect(await again.statuses()).toEqual(statuses);
        } finally {
          for (const { project } of places) project.close();
          rmSync(directory, { recursive: true });
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 15) },
  );
});
