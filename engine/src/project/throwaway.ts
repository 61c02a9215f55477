import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@runa/store";
import { reasonOf } from "@runa/store/files";
import { RunaError } from "../diagnostic.ts";
import { throwawayNotMade } from "../messages.ts";
import type { Methodology } from "../methodology/methodology.ts";
import { readConfig } from "./config.ts";
import { decidingIn } from "./deciding.ts";
import type { ProjectPolicy } from "./policy.ts";
import type { OpenProject } from "./project.ts";
import { recordMethodology } from "./record-methodology.ts";

/** In memory, and there on every Linux: what is thrown away need not wait for a disk. */
const PLACES = ["/dev/shm", tmpdir()];

/**
 * Makes a directory for a project that is thrown away.
 * @returns its real path
 * @throws RunaError where there is no room
 */
export function makeThrowawayDirectory(): string {
  let failure: unknown;
  for (const place of PLACES) {
    try {
      return realpathSync(mkdtempSync(join(place, "runa-try-")));
    } catch (error) {
      failure = error;
    }
  }
  throw new RunaError(throwawayNotMade(reasonOf(failure)));
}

/**
 * An empty project of a methodology, in a directory of its own that goes when it is closed: for trying something without
 * touching anybody's (decisions.md section 7).
 * @param people who may decide in it
 */
export async function openThrowaway(methodology: Methodology, people: ProjectPolicy): Promise<OpenProject> {
  const root = makeThrowawayDirectory();
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    const [workspace, storeDirectory] = [join(root, ".runa", "workspace"), join(root, ".runa", "store")];
    mkdirSync(workspace, { recursive: true });
    const config = await readConfig(null);
    const store = openStore(storeDirectory);
    recordMethodology(store, methodology);
    const close = () => {
      store.close();
      remove();
    };
    const policy = async () => people;
    return {
      root,
      config,
      workspace,
      storeDirectory,
      lockfile: null,
      artifactsOverride: false,
      methodology,
      store,
      policy,
      deciding: await decidingIn(methodology, workspace, policy),
      close,
    };
  } catch (error) {
    remove();
    throw error;
  }
}
