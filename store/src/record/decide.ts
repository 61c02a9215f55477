import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import type { ContentHash, InstanceRef } from "../artifact.ts";
import { requirePersistent, type Store } from "../connection/store.ts";
import { type Content, contentNamed } from "../contents/content.ts";
import { keepContents } from "../contents/keep.ts";
import { findArtifact, putWritten } from "../index/artifact-table.ts";
import { contentHash } from "../json/canonical.ts";
import { parseJsonBytes } from "../json/parse.ts";
import { refusedNotWritten } from "../messages.ts";
import { contentOf } from "../workspace/content.ts";
import { removeDurably } from "../workspace/durable-write.ts";
import { fileNameOf } from "../workspace/file-name.ts";
import { nextMoment } from "./clock-table.ts";
import { authorOf } from "./decision-log.ts";
import { readPresent, refused, type ValidArtifact, writeArtifact } from "./delivery.ts";
import { append } from "./event-table.ts";
import type { Verdict } from "./events.ts";

/** A decision that is to be written: its file, judged valid, and what the log tells of it. */
export interface Decision {
  readonly workspace: string;
  readonly file: ValidArtifact;
  readonly verdict: Verdict;
  /** What is decided on, with the content that was looked at. */
  readonly subject: InstanceRef & { readonly contentHash: ContentHash };
  /** The name of the person who decides. */
  readonly by: string;
  /** The fingerprint of the key that signed, where one did. */
  readonly key?: string | undefined;
  /** The policy in force, where there is one. */
  readonly policy?: Content | undefined;
}

/** What writing a decision came to. Of one that was not written nothing is left. */
export type Written =
  | { readonly kind: "written"; readonly contentHash: ContentHash }
  /** The subject is no longer what was looked at: its file has gone, is not valid, or holds something else. */
  | { readonly kind: "gone" | "not_valid" | "changed" };

/**
 * Writes a decision in one immediate transaction: is its subject still what was looked at? write, fsync, rename, fsync the
 * directory, record, commit (decisions 3). Two people who decide at the same moment come one after the other. Dying before the
 * rename leaves nothing; dying between rename and commit leaves a file that no event attests, and that counts for nothing; where
 * the commit fails the file is taken back.
 * @throws RefusedError where the file system refuses the file; StoreError
 */
export function writeDecision(store: Store, decision: Decision): Written {
  const { workspace, file } = decision;
  requirePersistent(store);
  try {
    return store.connection.write(() => writeNow(store, decision));
  } catch (error) {
    // Nobody but this decision has its id. What lies there was renamed before the disk or the commit failed.
    takeBack(join(workspace, file.type), fileNameOf(file.id));
    throw error;
  }
}

function takeBack(directory: string, name: string): void {
  try {
    removeDurably(directory, name);
  } catch {
    // Then it lies there as after a crash: no event attests it. What went wrong first is told.
  }
}

/** Inside the write transaction. */
function writeNow(store: Store, decision: Decision): Written {
  const { workspace, file, subject, verdict, by, key, policy } = decision;
  const { connection } = store;
  const hash = contentHash(file.canonical);
  const found = subjectNow(store, decision);
  if (!(found instanceof Uint8Array)) return found;
  keepContents(store, [
    contentNamed(hash, () => file.canonical),
    contentNamed(subject.contentHash, () => parseJsonBytes(found).canonical),
    ...(policy === undefined ? [] : [policy]),
  ]);
  let written: BigIntStats;
  try {
    written = writeArtifact(workspace, join(workspace, file.type), fileNameOf(file.id), file.text);
  } catch (error) {
    throw refused(refusedNotWritten, error);
  }
  const { type, id, workUnit, schemaHash } = file;
  const author = authorOf(connection, subject);
  const at = nextMoment(connection);
  putWritten(
    connection,
    {
      type,
      id,
      status: "valid",
      contentHash: hash,
      schemaHash,
      workUnit,
      lastModified: at,
      deliveredAt: null,
      violations: [],
    },
    written,
  );
  append(connection, {
    kind: "decision",
    attempt: null,
    body: {
      artifact_type: type,
      instance_id: id,
      content_hash: hash,
      decision: verdict,
      subject: { artifact_type: subject.type, instance_id: subject.id, content_hash: subject.contentHash },
      by,
      actor: { kind: "person", name: by },
      ...(workUnit !== null && { work_unit: workUnit }),
      moment: at,
      schema_hash: schemaHash,
      ...(author !== null && { author }),
      ...(key !== undefined && { key }),
      ...(policy !== undefined && { policy: policy.hash }),
    },
  });
  return { kind: "written", contentHash: hash };
}

/** The bytes of the subject's file, while it is what was looked at. The file may have been changed since it was scanned. */
function subjectNow({ connection }: Store, { workspace, subject }: Decision): Uint8Array | Written {
  const { type, id, contentHash: looked } = subject;
  const row = findArtifact(connection, type, id);
  const read = row === null ? null : readPresent(join(workspace, type, fileNameOf(id)));
  if (row === null || read === null) return { kind: "gone" };
  if (row.contentHash !== looked || contentOf(read.bytes).hash !== looked) return { kind: "changed" };
  return row.status === "valid" ? read.bytes : { kind: "not_valid" };
}
