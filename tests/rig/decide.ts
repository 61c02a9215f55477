import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contentOf } from "../../store/src/entries/files.ts";
import { openStore } from "../../store/src/index.ts";
import { canonicalJson } from "../../store/src/json/canonical.ts";
import { append } from "../../store/src/record/event-table.ts";
import type { Rig } from "./rig.ts";

/** A decision to be put into a rig's project as runa makes one. */
export interface RigDecision {
  /** Its own type and id: `design-approval/a1`. */
  readonly name: string;
  /** What it is about: `design/d1`. */
  readonly on: string;
  readonly by?: string;
  readonly verdict?: "approved" | "rejected" | "revoked";
  readonly note?: string;
  readonly author?: string;
}

const PROJECT = "0b3f6f2e-6a30-4d4e-8f5c-1d2c3b4a5968";
const HEAD = `sha256:${"0".repeat(64)}`;

/** Writes a decision on an instance as it lies there, and its event into the log. */
export function decideIn(rig: Rig, decision: RigDecision): void {
  const { name, on, by = "anna", verdict = "approved", note, author } = decision;
  const [type = "", id = ""] = name.split("/");
  const [artifact_type = "", instance_id = ""] = on.split("/");
  const bytes = readFileSync(join(rig.project, rig.path(on)));
  const { hash: content_hash } = contentOf(bytes);
  const { work_unit } = JSON.parse(bytes.toString("utf8")) as { work_unit?: string };
  const subject = { artifact_type, instance_id, content_hash };
  const value = {
    v: 1,
    project: PROJECT,
    type,
    id,
    decision: verdict,
    subject,
    by: { name: by },
    at: "2026-11-28T20:00:00.000000Z",
    ...(note !== undefined && { note }),
    ...(work_unit !== undefined && { work_unit }),
    log_head: HEAD,
  };
  rig.artifact(name, value);
  const own = contentOf(Buffer.from(canonicalJson(value))).hash;
  const store = openStore(join(rig.project, ".runa/store"));
  try {
    store.connection.write(() =>
      append(store.connection, {
        kind: "decision",
        attempt: null,
        body: {
          artifact_type: type,
          instance_id: id,
          content_hash: own,
          decision: verdict,
          subject,
          by,
          ...(work_unit !== undefined && { work_unit }),
          ...(author !== undefined && { author }),
        },
      }),
    );
  } finally {
    store.close();
  }
}
