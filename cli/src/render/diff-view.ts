import { count, visible, visibleLines } from "@runa/engine";
import type { DifferenceAnswer, DiffLine, JsonChange, SideEntry } from "@runa/engine/history";
import { localTimeOf } from "./local-time.ts";
import { originText } from "./origin-text.ts";
import { pointText, shortHash } from "./past-view.ts";
import { columns, out } from "./style.ts";

/** How an instance differs from what it was: place by place, what was taken out behind `-`, what came behind `+`. */
export function differenceText({ artifact_type, instance_id, from, to, changes }: DifferenceAnswer): string[] {
  const isSame = from.content_hash === to.content_hash;
  return [
    out("bold", visible(`${artifact_type}/${instance_id}`)),
    ...columns([sideRow("from", from), sideRow("to", to)], "  "),
    ...(isSame ? ["", "both are the same content"] : changes.flatMap((change) => ["", ...changeText(change)])),
  ];
}

function sideRow(name: string, { point, content_hash, event, at, origin }: SideEntry): string[] {
  const since = event === undefined || at === undefined ? [] : [`#${event} ${localTimeOf(at)}`];
  const told = [...since, ...(origin === undefined ? [] : [originText(origin)])].join(", ");
  return [name, shortHash(content_hash), [told, point === undefined ? "" : `(${pointText(point)})`].join(" ").trim()];
}

function changeText(change: JsonChange): string[] {
  const place = out("cyan", change.path === "" ? "(all of it)" : visible(change.path));
  switch (change.change) {
    case "added":
      return [`${place} added`, ...side("+", change.to)];
    case "removed":
      return [`${place} removed`, ...side("-", change.from)];
    case "moved":
      return [`${place} moved from ${visible(change.from_path)}`];
    case "changed": {
      const { from_path, from, to, lines } = change;
      const head = from_path === undefined ? place : `${place} (was ${visible(from_path)})`;
      return [head, ...(lines === undefined ? [...side("-", from), ...side("+", to)] : lines.map(lineText))];
    }
  }
}

function lineText(line: DiffLine): string {
  switch (line.line) {
    case "same":
      return `    ${visible(line.text)}`.trimEnd();
    case "removed":
      return marked("-", visible(line.text));
    case "added":
      return marked("+", visible(line.text));
    case "skipped":
      return out("dim", `  … ${count(line.count, "line")} as before`);
  }
}

/** A whole value, each of its lines marked. A text stands as it is, all else as JSON. */
function side(mark: "-" | "+", value: unknown): string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return visibleLines(text)
    .split("\n")
    .map((line) => marked(mark, line));
}

function marked(mark: "-" | "+", text: string): string {
  return out(mark === "-" ? "red" : "green", `  ${mark} ${text}`.trimEnd());
}
