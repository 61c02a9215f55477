import { realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import { StoreError, type WorkUnit, whileAlone } from "@runa/store";
import { attemptedUnits } from "@runa/store/attempts";
import { holdsUnfinished, reasonOf, removeUnfinished, writeDurably } from "@runa/store/files";
import { logHead } from "@runa/store/log";
import { type Diagnostic, DiagnosticsError } from "../../diagnostic.ts";
import type { Evaluation } from "../../evaluate/evaluate.ts";
import { lockNotWritten } from "../../messages.ts";
import { evaluateEach, lookAt, workUnitsOf } from "../look.ts";
import { displayPath, type OpenProject } from "../project.ts";
import { byCandidate } from "./believed.ts";
import type { LockLine } from "./line.ts";
import { linesOf } from "./lines.ts";
import { type Lock, type Lockfile, lockText } from "./read.ts";

/** So often what is to be written is worked out again because something was recorded meanwhile. */
const TRIES = 5;

/** Which candidates' lines are made anew: those of some scopes, or all. */
export type Renewed = readonly (WorkUnit | null)[] | "all";

/**
 * Brings a project's lock file up to date with its store; where there is none to keep, nothing happens. It is written whole or
 * not at all, and only where it would say something else. One writer comes after the other, and what was recorded while one
 * worked it out is looked at again, so the file never falls behind what was known when it was written.
 * @param renewed whose lines can have changed; the others stay as they are
 * @returns what keeps it from being written; null when it is as it should be
 */
export function updateLockfile(project: OpenProject, evaluation: Evaluation, renewed: Renewed): string | null {
  const { lockfile, store } = project;
  if (lockfile === null || !store.persistent) return null;
  for (let left = TRIES; ; left--) {
    const head = logHead(store).seq;
    const lock = lockfile.read();
    if (lock.defects.length > 0) return lock.defects.map((one) => placed(project, one)).join("; ");
    const text = textOf(project, evaluation, lock, renewed);
    if (saysTheSame(lock, text)) return null;
    try {
      const isWritten = whileAlone(store, () => {
        const isOld = logHead(store).seq !== head;
        if (isOld && left > 0) return false;
        write(lockfile, isOld ? textOf(project, evaluation, lockfile.read(), renewed) : text);
        return true;
      });
      if (isWritten) return null;
    } catch (error) {
      if (error instanceof StoreError || (error as NodeJS.ErrnoException).code === undefined) throw error;
      return lockNotWritten(lockfile.file, reasonOf(error));
    }
  }
}

/** A defect in one line. */
function placed({ root }: OpenProject, { file, position, message }: Diagnostic): string {
  return `${displayPath(root, file)}${position === undefined ? "" : `:${position.line}`}: ${message}`;
}

function write({ file }: Lockfile, text: string): void {
  // It has been found to lie in the project.
  const directory = realpathSync(dirname(file));
  // Nobody else writes now, so what is unfinished is left of a writer that died.
  if (holdsUnfinished(directory)) removeUnfinished(directory);
  writeDurably(directory, basename(file), text);
}

/** The file as it should be. */
function textOf(project: OpenProject, evaluation: Evaluation, { lines }: Lock, renewed: Renewed): string {
  const { store, methodology } = project;
  const before = byCandidate(lines);
  const scopes = renewed === "all" ? allScopes(project, evaluation, lines) : renewed;
  const sources = { store, methodology, before };
  const fresh = Array.from(evaluateEach(project, evaluation, scopes), (one) => linesOf(one, sources)).flat();
  const asked = new Set(scopes);
  const others = lines.filter(({ workUnit }) => !asked.has(workUnit));
  return lockText([...fresh, ...others]);
}

function allScopes({ store }: OpenProject, evaluation: Evaluation, lines: readonly LockLine[]): (WorkUnit | null)[] {
  const named = workUnitsOf(evaluation) as WorkUnit[];
  return [...new Set([null, ...named, ...attemptedUnits(store), ...lines.map(({ workUnit }) => workUnit)])];
}

/** What is wrong with a project's lock file, for whoever looks. */
export function lockfileDefects({ lockfile }: Pick<OpenProject, "lockfile">): readonly Diagnostic[] {
  return lockfile?.read().defects ?? [];
}

/** Whether a lock file says something else than the store would have it say. */
export function isLockfileBehind(project: OpenProject, evaluation: Evaluation): boolean {
  const { lockfile, store } = project;
  if (lockfile === null || !store.persistent) return false;
  const lock = lockfile.read();
  return lock.defects.length === 0 && !saysTheSame(lock, textOf(project, evaluation, lock, "all"));
}

/** Without a file nothing is said, and a checkout may have other line ends. */
function saysTheSame({ text }: Lock, wanted: string): boolean {
  return (text ?? lockText([])).replaceAll("\r\n", "\n") === wanted;
}

/** Scans, and brings the lock file up to date with everything that is known: for whoever has recorded something by hand. */
export async function renewLockfile(project: OpenProject): Promise<string | null> {
  return project.lockfile === null ? null : updateLockfile(project, await lookAt(project, null), "all");
}

/**
 * Requires a lock file that can be written, before anything is done that belongs into it.
 * @throws DiagnosticsError
 */
export function requireLockfile(project: Pick<OpenProject, "lockfile">): void {
  const defects = lockfileDefects(project);
  if (defects.length > 0) throw new DiagnosticsError(defects.map((one) => ({ ...one, severity: "error" })));
}
