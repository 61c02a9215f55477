import { visible } from "@runa/engine";
import type { DecisionEntry, DecisionSheet, ProseChange } from "@runa/engine/deciding";
import { cutLines } from "../output/cut-lines.ts";
import { localTimeOf } from "./local-time.ts";
import { originText, originTime } from "./origin-text.ts";
import { columns } from "./style.ts";

/**
 * What is put before a person who decides: where the content comes from, what was decided before, all of the content, and what
 * changed since the content that was decided on last. Nothing is shortened.
 */
export function sheetText({ shown, subject, content, decisions, since }: DecisionSheet, width: number): string {
  const { path, work_unit, origin } = shown;
  const lines = [
    visible(`${subject.type}/${subject.id}`),
    ...columns(
      [
        ["file", visible(path)],
        ...(work_unit === undefined ? [] : [["work unit", visible(work_unit)]]),
        ["content", subject.contentHash],
        ["origin", `${originText(origin)}${originTime(origin)}`],
        ...decisions.map((decision, index) => [
          index === 0 ? "decisions" : "",
          earlierText(decision, subject.contentHash),
        ]),
      ],
      "  ",
    ),
    "",
    content,
    ...(since === null ? [] : ["", ...sinceText(since)]),
    "",
  ];
  return `${lines.flatMap((line) => cutLines(line, width)).join("\n")}\n`;
}

/** So much of a hash tells one content from the others of an instance. */
const SHORT_HASH = "sha256:".length + 12;

function earlierText({ decision, artifact_type, by, at, content_hash, note }: DecisionEntry, current: string): string {
  const what = content_hash === current ? "" : ", of another content";
  const why = note === undefined ? "" : `: ${visible(note)}`;
  return `${decision} by ${visible(by)} (${visible(artifact_type)}), ${localTimeOf(at)}${what}${why}`;
}

function sinceText({ decision, changes, why }: NonNullable<DecisionSheet["since"]>): string[] {
  const which = `the content that ${visible(decision.by)} ${decision.decision}, ${decision.content_hash.slice(0, SHORT_HASH)}`;
  if (changes === null) return [`What changed since ${which} cannot be told: ${why}.`];
  return [`Changed since ${which}:`, ...changes.flatMap(changeText)];
}

function changeText({ path, before, after }: ProseChange): string[] {
  const place = path === "" ? "the whole of it" : visible(path);
  return [
    `  ${place}${before === undefined ? " is new" : after === undefined ? " is gone" : ""}`,
    ...valueLines("was", before),
    ...valueLines("is", after),
  ];
}

function valueLines(label: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  if (!text.includes("\n")) return [`    ${label.padEnd(3)}  ${text}`];
  return [`    ${label}`, ...text.split("\n").map((line) => `      ${line}`)];
}
