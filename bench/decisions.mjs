// Two projects of as many artifacts: in one a tenth of them are approvals that the log attests, and a protocol asks for them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBundled } from "../scripts/bundle.mjs";
import { decidable, scanned } from "./projects.mjs";

const PROJECT = "0b3f6f2e-6a30-4d4e-8f5c-1d2c3b4a5968";

/**
 * One project with so many approvals among its artifacts, and one with ordinary artifacts in their place.
 * @param {number} approvals @param {number} artifacts
 */
export async function approvedAndOrdinary(approvals, artifacts) {
  const ordinary = scanned(decidable(artifacts, approvals, "type-1"));
  const approved = scanned(decidable(artifacts - approvals, 0, "type-1"));
  await approveAll(approved, approvals);
  return { approved: scanned(approved), ordinary };
}

/** Writes approvals as runa does: each a file and an event, in a transaction of its own. */
async function approveAll(/** @type {string} */ project, /** @type {number} */ count) {
  const { canonical, content, deciding, store } = await loadBundled({
    canonical: "store/src/json/canonical.ts",
    content: "store/src/workspace/content.ts",
    deciding: "store/src/record/decide.ts",
    store: "store/src/connection/store.ts",
  });
  const workspace = join(project, ".runa/workspace");
  writeFileSync(join(workspace, ".project.json"), JSON.stringify({ v: 1, project: PROJECT }));
  const opened = store.openStore(join(project, ".runa/store"));
  try {
    for (let index = 0; index < count; index++) {
      const id = `a${index}`;
      const { hash } = content.contentOf(readFileSync(join(workspace, "type-0", `${id}.json`)));
      const subject = { artifact_type: "type-0", instance_id: id, content_hash: hash };
      const by = { name: "anna" };
      const value = { v: 1, project: PROJECT, type: "approval", id, decision: "approved", subject, by };
      const whole = { ...value, at: "2026-01-01T00:00:00.000000Z", log_head: hash };
      const written = deciding.writeDecision(opened, {
        workspace,
        // The next scan judges it by its schema, which this is not the hash of.
        file: {
          type: "approval",
          id,
          text: JSON.stringify(whole, null, 2),
          canonical: canonical.canonicalJson(whole),
          schemaHash: hash,
          workUnit: null,
        },
        verdict: "approved",
        subject: { type: "type-0", id, contentHash: hash },
        by: "anna",
      });
      if (written.kind !== "written") throw new Error(`${id} was not approved: ${written.kind}`);
    }
  } finally {
    opened.close();
  }
}
