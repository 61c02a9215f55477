import { readdirSync } from "node:fs";
import { join } from "node:path";
import { knownWorkUnits, type Store, storeExists } from "@runa/store";
import { listAttempts } from "@runa/store/attempts";
import { instanceIdOf, readSourceFile } from "@runa/store/files";
import { type Manifest, readManifest } from "../methodology/manifest.ts";
import { manifestPath } from "../methodology/methodology.ts";
import { fromRoot } from "../project/config.ts";
import { findProject, openProjectStore, type Project, type ProjectOptions } from "../project/project.ts";
import { parseToml } from "../toml/parse.ts";

/**
 * The names that there are in a project, for whoever types one. They are looked up as cheaply as can be: nothing is
 * scanned or validated, and each list reads only what it has to. What cannot be read has no names.
 */
export class ProjectNames {
  readonly #project: Project;
  #manifest: Manifest | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  protocols(): string[] {
    return this.#read().protocols.map(({ name }) => name);
  }

  types(): string[] {
    return [...new Set(this.#read().artifactTypes)];
  }

  /** The instances of a type, by the names of its files. */
  instances(type: string): string[] {
    if (!this.types().includes(type)) return [];
    return readdirSync(join(this.#project.workspace, type))
      .flatMap((file) => instanceIdOf(file) ?? [])
      .sort();
  }

  /** The work units that the store knows of. */
  workUnits(): string[] {
    return this.#ask(knownWorkUnits);
  }

  /** The latest attempts, or those that have not ended, with their protocols. */
  attempts(which: "latest" | "open"): { id: string; protocol: string }[] {
    const all = this.#ask((store) => listAttempts(store, { limit: LATEST }));
    return all.filter(({ outcome }) => which === "latest" || outcome === null);
  }

  /** The agents of the config. */
  agents(): string[] {
    return [...this.#project.config.agents.keys()];
  }

  #read(): Manifest {
    const { root, config } = this.#project;
    if (config.methodologyPath === null) return NOTHING;
    const file = manifestPath(fromRoot(root, config.methodologyPath));
    this.#manifest ??= readManifest(parseToml(file, readSourceFile(file)).table).manifest;
    return this.#manifest;
  }

  #ask<T>(question: (store: Store) => T[]): T[] {
    // Opening makes a store where there is none.
    if (!storeExists(this.#project.storeDirectory)) return [];
    const store = openProjectStore(this.#project, "look");
    try {
      return question(store);
    } finally {
      store.close();
    }
  }
}

/** So many attempts are named. */
const LATEST = 20;

const NOTHING: Manifest = { name: "", artifactTypes: [], protocols: [] };

/** The names of the project that a command would find. */
export async function projectNames(options: ProjectOptions): Promise<ProjectNames> {
  return new ProjectNames(await findProject(options));
}
