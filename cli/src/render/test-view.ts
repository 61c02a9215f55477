import { count, visible } from "@runa/engine";
import type { Reason } from "@runa/engine/answers";
import type { DeviationEntry, TestAnswer, TestedCase } from "@runa/engine/trying";
import { candidateName } from "./candidate-name.ts";
import { reasonText } from "./reason-text.ts";
import { sentence } from "./sentence.ts";
import { out } from "./style.ts";

/** What came of the cases: each on a line below its file, and of one that failed what was expected and what is. */
export function testText({ cases, failed, methodology }: TestAnswer): string[] {
  const files = [...new Set(cases.map(({ file }) => file))];
  return [
    ...files.flatMap((file) => [
      out("bold", visible(file)),
      ...cases.filter((one) => one.file === file).flatMap(caseText),
    ]),
    "",
    failed === 0
      ? `${visible(methodology)}: ${out("green", `${count(cases.length, "case")} passed`)}`
      : `${visible(methodology)}: ${out("red", `${failed} of ${count(cases.length, "case")} failed`)}`,
  ];
}

const INDENT = "        ";

function caseText({ name, passed, problem, deviations = [], line }: TestedCase): string[] {
  if (passed) return [`  ${out("green", "ok")}    ${visible(name)}`];
  const told = problem === undefined ? [] : [placed(line, undefined, sentence(problem))];
  return [
    `  ${out("red", "FAIL")}  ${visible(name)}`,
    ...[...told, ...deviations.flatMap(deviationText)].map((text) => INDENT + text),
  ];
}

/** A deviation: its place and what it is about in one line, then what goes with it. */
function deviationText(deviation: DeviationEntry): string[] {
  const { line, column } = deviation;
  const more = (texts: readonly string[]) => texts.map((text) => `  ${text}`);
  switch (deviation.expectation) {
    case "status": {
      const { protocol, work_unit, expected, actual, reasons } = deviation;
      const what = `${candidateName(protocol, work_unit ?? null)}: expected ${expected}, but it is ${actual}`;
      return [placed(line, column, what), ...more(reasons.map(told))];
    }
    case "reason": {
      const { protocol, work_unit, expected, reasons } = deviation;
      const what = `${candidateName(protocol, work_unit ?? null)}: expected the reason ${patternText(expected)}`;
      return [placed(line, column, what), ...more(reasons.map((reason) => `it is: ${told(reason)} (${reason.kind})`))];
    }
    case "artifact": {
      const { artifact_type, instance_id, expected, actual, violations } = deviation;
      const what = `${visible(artifact_type)}/${visible(instance_id)}: expected ${expected}, but it is ${actual}`;
      return [placed(line, column, what), ...more(violations.map(sentence))];
    }
    case "end": {
      const { expected, actual, failures, owed } = deviation;
      return [
        placed(line, column, `end: expected ${expected}, but it is ${actual}`),
        ...more([
          ...failures.flatMap(({ protocol, says }) => says.map((text) => `${visible(protocol)}: ${sentence(text)}`)),
          ...(owed.length === 0 ? [] : [`still owed: ${owed.map(visible).join(", ")}`]),
        ]),
      ];
    }
    default: {
      const { expectation, expected, actual } = deviation;
      return [
        placed(line, column, `${expectation}:`),
        ...more([`expected  ${listText(expected)}`, `but it is ${listText(actual)}`]),
      ];
    }
  }
}

function told(reason: Reason): string {
  return reasonText(reason, { scope: "", project: "" });
}

function placed(line: number | undefined, column: number | undefined, text: string): string {
  if (line === undefined) return text;
  return `${line}${column === undefined ? "" : `:${column}`}  ${text}`;
}

function patternText({ kind, ...more }: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(more).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return visible([String(kind), ...values].join(", "));
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.map(visible).join(", ");
}
