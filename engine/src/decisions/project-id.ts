import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Store, whileAlone } from "@runa/store";
import { readRegularFile, reasonOf, writeDurably } from "@runa/store/files";
import { JsonError, parseJsonBytes } from "@runa/store/json";
import { RunaError } from "../diagnostic.ts";
import { projectFileUnusable, projectFileUnwritten } from "../messages.ts";

const NAME = ".project.json";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Which project decisions are of: a UUID beside the artifacts, so that it travels with them (decisions 2). */
export type ProjectId =
  | { readonly kind: "known"; readonly id: string }
  | { readonly kind: "none" }
  | { readonly kind: "unusable"; readonly file: string; readonly reason: string };

/** What `<workspace>/.project.json` says. */
export function readProjectId(workspace: string): ProjectId {
  const file = join(workspace, NAME);
  try {
    const read = readRegularFile(file);
    if (read === null) return { kind: "none" };
    const { value } = parseJsonBytes(read.bytes);
    if (isProject(value)) return { kind: "known", id: value.project };
    return { kind: "unusable", file, reason: 'it is not {"v": 1, "project": UUID}' };
  } catch (error) {
    return { kind: "unusable", file, reason: error instanceof JsonError ? error.message : reasonOf(error) };
  }
}

function isProject(value: unknown): value is { project: string } {
  if (typeof value !== "object" || value === null) return false;
  const { v, project } = value as Record<string, unknown>;
  return v === 1 && typeof project === "string" && UUID.test(project);
}

/**
 * The project's id, made where there is none yet. What lies there is never written over: decisions name it, and with another
 * one none of them would count.
 * @throws RunaError where the file holds none, or cannot be written; StoreError
 */
export function requireProjectId(store: Store, workspace: string): string {
  const known = existing(workspace);
  // Nobody else makes one meanwhile.
  return known ?? whileAlone(store, () => existing(workspace) ?? makeProjectId(workspace));
}

function existing(workspace: string): string | null {
  const found = readProjectId(workspace);
  if (found.kind === "unusable") throw new RunaError(projectFileUnusable(found.file, found.reason));
  return found.kind === "known" ? found.id : null;
}

function makeProjectId(workspace: string): string {
  const project = randomUUID();
  try {
    mkdirSync(workspace, { recursive: true });
    writeDurably(workspace, NAME, `${JSON.stringify({ v: 1, project }, null, 2)}\n`);
  } catch (error) {
    throw new RunaError(projectFileUnwritten(join(workspace, NAME), reasonOf(error)));
  }
  return project;
}
