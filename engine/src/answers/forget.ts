import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { InstanceId } from "@runa/store";
import { emptyWriteLog, forgetContent } from "@runa/store/contents";
import { logHead } from "@runa/store/log";
import { RunaError } from "../diagnostic.ts";
import { contentHashBeginning } from "../history/content-named.ts";
import { type Erased, eraseOutside } from "../history/erase.ts";
import { instancesAt } from "../history/versions.ts";
import { forgetInUse } from "../messages.ts";
import { sourceHashes } from "../methodology/sources.ts";
import { instancePath } from "../plan/plan.ts";
import { thisPerson } from "../process/person.ts";
import { displayPath, type OpenProject, scanProject } from "../project/project.ts";

/** What became of a content that was to be forgotten (`runa forget`). */
export interface ForgetAnswer {
  readonly version: 1;
  readonly kind: "forgotten";
  readonly content_hash: string;
  /** Whether it had been forgotten before; what was left of it then is erased now. */
  readonly before: boolean;
  readonly erased: Pick<Erased, "prompts" | "transcripts" | "superseded">;
  /** Files that hold it and are not runa's to erase: what lies in the workspace, a methodology, databases that were set aside. */
  readonly still_in: readonly string[];
  /** What could not be erased: the same command tries again. */
  readonly not_erased: readonly { readonly path: string; readonly reason: string }[];
}

const WHOLE = /^sha256:[0-9a-f]{64}$/;

/**
 * Erases a content wherever runa has written it (decisions 6).
 * @param beginning of its hash, or all of it: then it need not be kept
 * @throws RunaError for a beginning of no content's hash or of several, and while an attempt is open that has to do with it
 */
export async function forget(project: OpenProject, beginning: string, note: string): Promise<ForgetAnswer> {
  const { store } = project;
  const hash = WHOLE.test(beginning) ? beginning : contentHashBeginning(store, beginning);
  await scanProject(project);
  const forgotten = forgetContent(store, { hash, note, actor: thisPerson() });
  if (forgotten.kind === "in_use") throw new RunaError(forgetInUse(hash, forgotten.attempt));
  const { failed, ...erased } = eraseOutside(project, hash);
  const file = join(project.storeDirectory, "runa.db-wal");
  const busy = emptyWriteLog(store) ? [] : [{ path: file, reason: "another process is reading the store" }];
  return {
    version: 1,
    kind: "forgotten",
    content_hash: hash,
    before: forgotten.kind === "forgotten_before",
    erased,
    still_in: holdersLeft(project, hash).map((path) => displayPath(project.root, path)),
    not_erased: [...failed, ...busy].map(({ path, reason }) => ({ path: displayPath(project.root, path), reason })),
  };
}

function holdersLeft(project: OpenProject, hash: string): string[] {
  const { store, methodology, storeDirectory } = project;
  const now = instancesAt(store, { kind: "event", seq: logHead(store).seq, at: null });
  return [
    ...now
      .filter(({ contentHash }) => contentHash === hash)
      .map(({ type, id }) => instancePath(project, type, id as InstanceId)),
    ...[...sourceHashes(methodology)].filter(([, source]) => source === hash).map(([path]) => path),
    ...readdirSync(storeDirectory)
      .filter((name) => name.startsWith("runa.db.damaged-"))
      .map((name) => join(storeDirectory, name)),
  ];
}
