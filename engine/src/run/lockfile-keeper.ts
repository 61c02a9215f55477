import type { WorkUnit } from "@runa/store";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Candidate } from "../methodology/candidate.ts";
import { updateLockfile } from "../project/lockfile/write.ts";
import type { OpenProject } from "../project/project.ts";
import type { ExecutionEvent } from "./report.ts";

/** Keeps the lock file up to date while a run goes on. */
export class LockfileKeeper {
  readonly #project: OpenProject;
  readonly #listen: (event: ExecutionEvent) => void;
  /** The scopes in which something has ended since the file was brought up to date; at first it may be old as a whole. */
  #stale: Set<WorkUnit | null> | "all" = "all";
  #told: string | null = null;

  constructor(project: OpenProject, listen: (event: ExecutionEvent) => void) {
    this.#project = project;
    this.#listen = listen;
  }

  /** An attempt of that candidate has ended. */
  ended({ workUnit }: Candidate): void {
    // An unscoped protocol sees what belongs to a work unit as well.
    if (this.#stale !== "all") this.#stale.add(workUnit).add(null);
  }

  /** Brings the file up to date. What keeps it from being written is told once, and ends nothing. */
  update(evaluation: Evaluation): void {
    if (this.#stale !== "all" && this.#stale.size === 0) return;
    const problem = updateLockfile(this.#project, evaluation, this.#stale === "all" ? "all" : [...this.#stale]);
    if (problem === null) this.#stale = new Set();
    else if (problem !== this.#told) this.#listen({ kind: "not_locked", problem });
    this.#told = problem;
  }
}
