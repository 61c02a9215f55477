import { count, visible } from "@runa/engine";
import type { Misfit, VerificationAnswer } from "@runa/engine/audit";
import { out } from "./style.ts";

/** What does not fit to what the log tells, a line each, and a verdict. */
export function verificationText({ scan_warnings, checked, misfits }: VerificationAnswer): string[] {
  const { events, records, decisions, artifacts } = checked;
  const all = [
    count(events, "event"),
    count(records, "record"),
    count(decisions, "decision"),
    count(artifacts, "artifact"),
  ].join(", ");
  return [
    ...scan_warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`),
    ...misfits.map(misfitText),
    misfits.length === 0
      ? `${out("green", "everything fits")}: ${all}`
      : `${out("red", misfits.length === 1 ? "1 thing does not fit" : `${misfits.length} things do not fit`)}: of ${all}`,
  ];
}

function misfitText({ about, artifact_type, instance_id, says }: Misfit): string {
  const name = artifact_type === undefined ? "" : ` ${visible(`${artifact_type}/${instance_id}`)}`;
  return `${out("red", about)}${name}: ${visible(says)}`;
}
