import { count, visible, visibleLines } from "@runa/engine";
import { shownContent } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import type {
  ContentAnswer,
  PastInstanceAnswer,
  PastTypeAnswer,
  PastTypesAnswer,
  PointEntry,
  VersionEntry,
} from "@runa/engine/history";
import { localTimeOf } from "./local-time.ts";
import { originText } from "./origin-text.ts";
import { columns, out } from "./style.ts";

/** When something was, in words: `after event 12, 2026-03-02 09:14:07`. */
export function pointText(point: PointEntry): string {
  if ("attempt" in point) return `as attempt ${shortAttemptId(point.attempt)} was given it`;
  if ("content" in point) return `with a content ${shortHash(point.content)}`;
  if (point.event === 0) return "before the first event";
  return `after event ${point.event}${point.at === undefined ? "" : `, ${localTimeOf(point.at)}`}`;
}

/** So many digits of a hash tell contents apart for people, and are taken back from them. */
const DIGITS = 12;

/** A content's hash as people are shown it, and as they give it. */
export function shortHash(hash: string): string {
  return hash.slice(0, "sha256:".length + DIGITS);
}

/** Every type of which there was something, with how many instances. */
export function pastTypesText({ point, types }: PastTypesAnswer): string[] {
  return [
    out("bold", pointText(point)),
    ...(types.length === 0
      ? ["  nothing was there"]
      : columns(
          types.map(({ artifact_type, total }) => [visible(artifact_type), String(total)]),
          "  ",
        )),
  ];
}

/** The instances of one type as they were, a line each. */
export function pastTypeText({ point, artifact_type, instances }: PastTypeAnswer): string[] {
  if (instances.length === 0) return [`there was no ${visible(artifact_type)} ${pointText(point)}`];
  const header = ["INSTANCE", "CONTENT", "SINCE", "ORIGIN"];
  const rows = instances.map(({ instance_id, content_hash, event, at, origin }) => [
    visible(instance_id),
    shortHash(content_hash),
    event === undefined || at === undefined ? "-" : `#${event} ${localTimeOf(at)}`,
    origin === undefined ? "-" : originText(origin),
  ]);
  return [`${out("bold", visible(artifact_type))}  ${pointText(point)}`, ...columns([header, ...rows])];
}

/** One instance as it was: what the log tells of it, and its content. */
export function pastInstanceText(answer: PastInstanceAnswer): string[] {
  const { artifact_type, instance_id, point, content, problem, text, prose } = answer;
  return [
    `${out("bold", visible(`${artifact_type}/${instance_id}`))}  ${pointText(point)}`,
    ...columns(versionRows(answer), "  "),
    "",
    ...(content === "kept"
      ? [prose === undefined || text === undefined ? shown(text) : shownContent(text)]
      : [out("red", lack(content, problem))]),
  ];
}

/** What is known of a content that an instance had. */
function versionRows({ content_hash, event, at, origin }: VersionEntry): string[][] {
  return [
    ["content", content_hash],
    ...(event === undefined || at === undefined ? [] : [["since", `#${event} ${localTimeOf(at)}`]]),
    ...(origin === undefined ? [] : [["origin", originText(origin)]]),
  ];
}

/** A content by its hash, and which instances had it. */
export function contentText({ content_hash, content, problem, text, instances }: ContentAnswer): string[] {
  const named = instances.map(({ artifact_type, instance_id }) => visible(`${artifact_type}/${instance_id}`));
  const had = named.length > NAMED ? [...named.slice(0, NAMED), `and ${count(named.length - NAMED, "more")}`] : named;
  return [
    out("bold", content_hash),
    ...(had.length === 0 ? [] : [`  ${had.join(", ")}`]),
    "",
    ...(content === "kept" ? [shown(text)] : [out("red", lack(content, problem))]),
  ];
}

/** So many instances with the same content are named. */
const NAMED = 5;

function shown(text: string | undefined): string {
  return text === undefined ? "its content is no text" : visibleLines(text).trimEnd();
}

/** Why a content is not shown. */
function lack(content: Exclude<PastInstanceAnswer["content"], "kept">, problem = ""): string {
  return {
    not_kept: "its content is not kept",
    forgotten: "its content was forgotten: `runa log --kind forgotten` says why",
    damaged: `its content is damaged: ${visible(problem)}`,
  }[content];
}
