import { count, lackReason, otherwiseReason, type StepBack, visible } from "@runa/engine";
import { violationLines } from "@runa/engine/attempts";
import type { Examination } from "@runa/engine/project";
import { candidateName } from "./candidate-name.ts";
import { findingText, label } from "./lint-view.ts";
import { localTime } from "./local-time.ts";
import { shortReason } from "./reason-text.ts";
import { passedOverText, unrecognizedText } from "./scan-view.ts";
import { columns, out } from "./style.ts";
import { unrecordedText } from "./unrecorded-text.ts";

/** The report of `doctor`: each check with what it found, and a verdict. */
export function doctorText(examination: Examination): string[] {
  const {
    health,
    unattested,
    staleDecisions,
    gaps,
    findings,
    readiness,
    alikeWorkUnits,
    cycles,
    otherInstructions,
    lockfile,
    approvals,
    unrecorded,
    unrecognized,
    passedOver,
    stepBack,
    problems,
    warnings,
  } = examination;
  return [
    ...section("Methodology", findings.map(findingText)),
    ...section("Artifacts", [
      ...columns(
        health.map(({ type, total, valid }) => [visible(type), total === 0 ? "none" : `${valid} of ${total} valid`]),
      ),
      ...health.flatMap(({ unhealthy }) =>
        unhealthy.flatMap(({ type, id, status, violations }) => [
          `${label("problem")} ${visible(type)}/${visible(id)} is ${status}`,
          ...violationLines(violations),
        ]),
      ),
      ...(unattested === 0
        ? []
        : [
            `${label("warning")} ${count(unattested, "record")} of attempts from before this project's log: nothing attests them, and they count for nothing`,
          ]),
      ...staleDecisions.map(
        (stale) =>
          `note     ${visible(stale.type)}: ${count(stale.count, "decision")} replaced by a newer one, or on what has changed since`,
      ),
      ...otherInstructions.map(
        (made) => `note     ${candidateName(made.protocol, made.workUnit)}: ${shortReason(otherwiseReason(made))}`,
      ),
      ...unrecordedText(unrecorded).map((line) => `note     ${line}`),
      ...alikeWorkUnits.map(
        (names) =>
          `note     work units ${visible(names.map((name) => `'${name}'`).join(" and "))} differ only in case or in how Unicode spells them, and count as different ones`,
      ),
      ...gaps.map(({ path, reason }) => `${label("problem")} ${visible(path)} was not read: ${reason}`),
      ...passedOverText(passedOver).map((line) => `note     passed over: ${line}`),
      ...unrecognized.map(
        (name) =>
          `note     ${unrecognizedText(
            name,
            health.map(({ type }) => type),
          )}`,
      ),
    ]),
    ...(readiness === null
      ? []
      : section(
          "Readiness",
          readiness.map(
            ({ protocol, failures }) =>
              `${label("problem")} ${visible(protocol)} lacks ${failures.map(lackReason).map(shortReason).join(", ")}`,
          ),
        )),
    ...section("Cycles", cycles.map(findingText)),
    ...(lockfile.length === 0 ? [] : section("Lock file", lockfile.map(findingText))),
    ...(approvals.length === 0 ? [] : section("Approvals", approvals.map(findingText))),
    ...(stepBack === null ? [] : section("Log", [stepBackText(stepBack)])),
    problems === 0
      ? `${out("green", "healthy")}${warnings === 0 ? "" : `, ${count(warnings, "warning")}`}`
      : `${out("red", count(problems, "problem"))}${warnings === 0 ? "" : `, ${count(warnings, "warning")}`}`,
  ];
}

function stepBackText({ seq, at, before }: StepBack): string {
  return `note     the clock went back: event ${seq} is dated ${localTime(at)}, and the one before it ${localTime(before)}; the events' order is right, their times are as the clock was`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [
    out("bold", title),
    ...(lines.length === 0
      ? ["  nothing to report"]
      : lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`)),
    "",
  ];
}
