import { count, visible } from "@runa/engine";
import type { RehearsalAnswer } from "@runa/engine/trying";
import { shellWord } from "../output/shell.ts";
import { candidateName } from "./candidate-name.ts";
import { shortReasons, waitText } from "./reason-text.ts";
import { sentence } from "./sentence.ts";
import { columns, out } from "./style.ts";

/** A protocol where it stands, with why. */
type Standing = RehearsalAnswer["owed"][number];

/** What a rehearsal tells: what was executed, then what an author looks at, then how it ended. */
export function rehearsalText(answer: RehearsalAnswer): string[] {
  return [
    ...executedText(answer),
    ...decidedText(answer),
    ...neverRanText(answer),
    ...answer.choices_not_taken.map(
      ({ protocol, choice, not_taken }) =>
        `${out("yellow", "never taken:")} ${not_taken.map(visible).join(", ")} (choice '${visible(choice)}' of ${visible(protocol)}); \`--choose ${shellWord(not_taken[0] ?? "")}\` takes it`,
    ),
    ...answer.loops.map(
      ({ protocol, work_unit, attempts }) =>
        `${out("red", "goes round:")} ${candidateName(protocol, work_unit ?? null)} was executed ${count(attempts, "time")} and is ready again`,
    ),
    ...answer.failures.flatMap(({ protocol, work_unit, says }) => [
      `${out("red", "failed:")} ${candidateName(protocol, work_unit ?? null)}`,
      ...says.map((line) => `  ${sentence(line)}`),
    ]),
    ...owedText(answer),
    ...answer.awaiting.map(
      ({ artifact_type, instance_id }) =>
        `${out("yellow", "awaits a decision:")} ${visible(artifact_type)}/${visible(instance_id)}; \`--decide approve\` goes on`,
    ),
    endText(answer),
  ];
}

function executedText({ executed }: RehearsalAnswer): string[] {
  if (executed.length === 0) return [];
  const header = ["PROTOCOL", "TIMES", "LAST", "DELIVERED"];
  const rows = executed.map(({ protocol, work_unit, attempts, last_outcome, delivered }) => [
    candidateName(protocol, work_unit ?? null),
    String(attempts),
    last_outcome,
    delivered.map(visible).join(", ") || "-",
  ]);
  return columns([header, ...rows]);
}

/** What was decided, the same decisions on an instance together. */
function decidedText({ decisions }: RehearsalAnswer): string[] {
  const counted = new Map<string, number>();
  for (const { decision, artifact_type, instance_id, by } of decisions) {
    const what = `${decision} ${visible(artifact_type)}/${visible(instance_id)}, by ${visible(by)}`;
    counted.set(what, (counted.get(what) ?? 0) + 1);
  }
  return [...counted].map(([what, times]) => (times === 1 ? what : `${what}, ${count(times, "time")}`));
}

function neverRanText({ never_ran }: RehearsalAnswer): string[] {
  return never_ran.flatMap(({ protocol, stands }) => {
    const what = `${out("yellow", "never ran:")} ${visible(protocol)}`;
    if (stands.length === 0) return [`${what}, as no artifact names a work unit`];
    return [
      what,
      ...columns(
        stands.map((one) => [...(one.work_unit === undefined ? [] : [visible(one.work_unit)]), ...stand(one)]),
        "  ",
      ),
    ];
  });
}

/** What is owed: why stands above where a protocol never ran, and is not said again. */
function owedText({ owed, never_ran }: RehearsalAnswer): string[] {
  const told = new Set(never_ran.map(({ protocol }) => protocol));
  const isTold = ({ protocol }: Standing) => told.has(protocol);
  const named = ({ protocol, work_unit }: Standing) => candidateName(protocol, work_unit ?? null);
  const known = owed.filter(isTold).map(named);
  return [
    ...columns(owed.filter((one) => !isTold(one)).map((one) => [`owed: ${named(one)}`, ...stand(one)])),
    ...(known.length === 0 ? [] : [`owed: ${known.join(", ")}`]),
  ];
}

function stand({ status, reasons }: Pick<Standing, "status" | "reasons">): string[] {
  const texts = reasons.map((reason) => waitText(reason, { scope: "", project: "" }));
  return [status.toUpperCase(), status === "waiting" ? texts.join("; ") : shortReasons(reasons)];
}

function endText({ methodology, place, made, exit_code, executed, runs }: RehearsalAnswer): string {
  const where =
    place === "copy"
      ? "in a copy of the project"
      : made.length === 0
        ? "in an empty project"
        : `in an empty project with ${made.map((one) => `${visible(one.artifact_type)}/${visible(one.instance_id)}`).join(", ")} made up`;
  const outcomes = runs.map(({ outcome }) => outcome).filter((one) => one !== "all_complete");
  const times = count(
    executed.reduce((sum, { attempts }) => sum + attempts, 0),
    "attempt",
  );
  const failed = outcomes.find((one) => one === "quiescent_with_failures");
  const end = exit_code === 0 ? "all_complete" : (failed ?? outcomes.at(-1) ?? "all_complete");
  return `${out(exit_code === 0 ? "green" : "yellow", end)}: ${visible(methodology)}, rehearsed ${where}: ${times}`;
}
