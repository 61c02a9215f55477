import { visible } from "@runa/engine";
import {
  type InstanceAnswer,
  shownContent,
  type TypeAnswer,
  type TypesAnswer,
  violationDiagnostics,
} from "@runa/engine/answers";
import { diagnosticText } from "./failure.ts";
import { localTimeOf } from "./local-time.ts";
import { originText, originTime } from "./origin-text.ts";
import { columns, out } from "./style.ts";
import { warningLines } from "./warning-lines.ts";

/**
 * Every artifact type, with how many instances there are and who writes it.
 * @param isRecord whether instances of a type are records of attempts, which runa writes
 */
export function typesText(
  { methodology, scan_warnings, types }: TypesAnswer,
  isRecord: (type: string) => boolean,
): string[] {
  return [
    out("bold", visible(methodology)),
    ...warningLines(scan_warnings),
    ...columns(
      types.map((type) => [
        visible(type.artifact_type),
        countText(type),
        `written by ${isRecord(type.artifact_type) ? "runa" : type.written_by.map(visible).join(", ") || "people"}`,
      ]),
      "  ",
    ),
  ];
}

/** `none`, `3`, or `3: 1 invalid`. */
function countText({ total, invalid, malformed, stale }: TypesAnswer["types"][number]): string {
  if (total === 0) return "none";
  const odd = Object.entries({ invalid, malformed, stale }).filter(([, count]) => count > 0);
  return `${total}${odd.length === 0 ? "" : `: ${odd.map(([status, count]) => `${count} ${status}`).join(", ")}`}`;
}

/** The instances of one type, a line each. */
export function typeText({ artifact_type, scan_warnings, instances }: TypeAnswer): string[] {
  if (instances.length === 0) return [...warningLines(scan_warnings), `there is no ${visible(artifact_type)}`];
  const scoped = instances.some(({ work_unit }) => work_unit !== undefined);
  const header = ["INSTANCE", "STATUS", "WORK UNIT", "CHANGED", "ORIGIN"];
  const rows = instances.map(({ instance_id, status, work_unit, changed, origin }) => [
    visible(instance_id),
    status,
    work_unit === undefined ? "-" : visible(work_unit),
    changed === undefined ? "-" : localTimeOf(changed),
    originText(origin),
  ]);
  const shown = (index: number) => index !== 2 || scoped;
  return [
    ...warningLines(scan_warnings),
    ...columns([header, ...rows].map((row) => row.filter((_, index) => shown(index)))),
  ];
}

/**
 * One instance: what is known of it, what is wrong with it and where, and its content.
 * @param file where it lies, absolute
 */
export function instanceText(answer: InstanceAnswer, file: string): string[] {
  const {
    artifact_type,
    instance_id,
    status,
    path,
    work_unit,
    content_hash,
    changed,
    origin,
    text = "",
    prose,
  } = answer;
  const name = visible(`${artifact_type}/${instance_id}`);
  return [
    ...warningLines(answer.scan_warnings),
    `${out("bold", name)}  ${out(status === "valid" ? "green" : "red", status)}`,
    ...columns(
      [
        ["file", visible(path)],
        ...(work_unit === undefined ? [] : [["work unit", visible(work_unit)]]),
        ["content", content_hash],
        ...(changed === undefined ? [] : [["changed", localTimeOf(changed)]]),
        ["origin", `${originText(origin)}${originTime(origin)}`],
      ],
      "  ",
    ),
    ...violationDiagnostics(file, text, answer.violations).flatMap((one) => ["", diagnosticText(one)]),
    ...(prose === undefined ? [] : ["", shownContent(text)]),
  ];
}
