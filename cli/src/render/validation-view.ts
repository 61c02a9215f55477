import { count, visible } from "@runa/engine";
import { type ValidationAnswer, violationDiagnostics } from "@runa/engine/answers";
import { diagnosticText } from "./failure.ts";
import { out } from "./style.ts";

/** Whether a file's content is a valid artifact and, if not, each violation at its place. */
export function validationText(answer: ValidationAnswer, bytes: Buffer): string[] {
  const { file, artifact_type, status, work_unit, violations } = answer;
  const name = file === "-" ? "stdin" : visible(file);
  const unit = work_unit === undefined ? "" : ` for work unit ${visible(work_unit)}`;
  if (status === "valid") return [`${out("green", "valid")}: ${name} is a ${visible(artifact_type)}${unit}`];
  return [
    ...violationDiagnostics(file === "-" ? "stdin" : file, bytes.toString("utf8"), violations).map(diagnosticText),
    `${out("red", status)}: ${name} is no ${visible(artifact_type)}: ${count(violations.length, "violation")}`,
  ];
}
