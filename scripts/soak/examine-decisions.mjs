// What must hold at any moment of a soak's decisions and of the contents that the store keeps.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBundled } from "../bundle.mjs";
import { all, inStore, require } from "./examine.mjs";
import { DECIDED, DECISIONS } from "./project.mjs";

const { canonical, content, packed } = await loadBundled({
  canonical: "store/src/json/canonical.ts",
  content: "store/src/workspace/content.ts",
  packed: "store/src/contents/content.ts",
});

/**
 * No event without its file, no file without its event but for those that somebody was killed over, no decision that nobody
 * made, and no attempt that was given a plan that was not approved.
 * @returns how many files there are without their events
 * @param {string} project
 * @param {ReadonlySet<string>} approved the contents that anybody set out to approve
 * @param {number} killed how many people were killed while they decided
 */
export function examineDecisions(project, approved, killed) {
  const told = inStore(project, (database) =>
    all(
      database,
      `SELECT seq, kind, body ->> 'instance_id' AS id, body ->> 'content_hash' AS hash, body ->> 'decision' AS verdict,
         body ->> 'by' AS person, body ->> '$.subject.content_hash' AS subject FROM event WHERE kind = 'decision' ORDER BY seq`,
    ),
  );
  const files = new Map(DECISIONS.flatMap((type) => decisionsIn(join(project, ".runa/workspace", type))));
  for (const { id, hash, verdict, subject } of told) {
    require(files.get(id) === hash, `the log tells of decision ${id}, whose file holds ${files.get(id)}`);
    require(verdict !== "approved" || approved.has(subject ?? ""), `${id} approves ${subject}, which nobody approved`);
    files.delete(id);
  }
  require(files.size <= killed, `${files.size} decisions without their events, where ${killed} people were killed`);
  for (const { seq, attempt, hash } of given(project))
    require(isApproved(
      told,
      Number(seq),
      hash ?? "",
    ), `${attempt} was given ${hash}, which was not approved at event ${seq}`);
  return files.size;
}

/** The plans that attempts of the protocol were given that waits for approval, with the event that claimed them. */
function given(/** @type {string} */ project) {
  return inStore(project, (database) =>
    all(
      database,
      `SELECT event.seq, event.attempt, input.value ->> 'contentHash' AS hash
       FROM event JOIN given ON given.attempt = event.attempt, json_each(given.inputs) AS input
       WHERE kind = 'claimed' AND body ->> 'protocol' = 'code' AND body ->> 'adopted' IS NULL
         AND input.value ->> 'type' = '${DECIDED}'`,
    ),
  );
}

/** Whether, as the log stood, somebody approved this content last and nobody rejected it (decisions 2). */
function isApproved(
  /** @type {Record<string, string>[]} */ told,
  /** @type {number} */ seq,
  /** @type {string} */ hash,
) {
  const before = told.filter((one) => Number(one.seq) < seq);
  const other = before.findLastIndex(({ subject }) => subject !== hash);
  const last = new Map(before.slice(other + 1).map(({ person, verdict }) => [person, verdict]));
  const standing = [...last.values()];
  return standing.includes("approved") && !standing.includes("rejected");
}

/** @returns {[string | undefined, string][]} the hashes of decisions, by their ids */
function decisionsIn(/** @type {string} */ directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => !name.startsWith("."))
    .map((name) => {
      const bytes = readFileSync(join(directory, name));
      const found = content.contentOf(bytes);
      require(isJson(bytes), `${name} is torn: ${bytes.length} bytes`);
      return [name.replace(/\.json$/, ""), found.hash];
    });
}

function isJson(/** @type {Buffer} */ bytes) {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

/** Everything that is kept hashes to its name, and what a decision that may stand or a current output rests on is kept. */
export function examineContents(/** @type {string} */ project) {
  const objects = join(project, ".runa/store/objects");
  inStore(project, (database) => {
    const rows = /** @type {{ hash: string, size: number, bytes: Buffer | null }[]} */ (
      database.prepare("SELECT hash, size, bytes FROM content WHERE size IS NOT NULL").all()
    );
    const kept = new Set();
    for (const { hash, size, bytes } of rows) {
      const file = join(objects, hash.slice("sha256:".length));
      // Removed, where whoever removed it died before its row went.
      if (bytes === null && !existsSync(file)) continue;
      const found = packed.unpack({ size, bytes: bytes ?? readFileSync(file) });
      require(canonical.sha256(found) === hash, `what is kept as ${hash} is something else`);
      kept.add(hash);
    }
    const rested = all(
      database,
      `SELECT content_hash AS hash, artifact_type || '/' || instance_id AS name FROM artifact JOIN delivery
         USING (artifact_type, instance_id, content_hash)
       UNION SELECT content_hash, artifact_type || '/' || instance_id FROM artifact JOIN event
         ON kind = 'decision' AND content_hash IN (body ->> 'content_hash', body ->> '$.subject.content_hash')`,
    );
    for (const { hash, name } of rested) require(kept.has(hash), `the content of ${name}, ${hash}, is not kept`);
  });
}
