import { count } from "@runa/engine";
import type { GcAnswer } from "@runa/engine/history";
import { sizeText } from "./size-text.ts";

/** What of the kept contents was removed, or would be, and what is kept. */
export function gcText({ dry_run, keep, removed, kept, stray_files }: GcAnswer): string[] {
  const verb = dry_run ? "would remove" : "removed";
  const why = keep === "none" ? "nothing rests on them" : `older than ${keep}, and nothing rests on them`;
  return [
    removed.contents === 0
      ? `nothing to remove: ${keep === "all" ? 'keep is "all"' : "what is old is in use"}`
      : `${verb} ${count(removed.contents, "content")}, ${sizeText(removed.bytes)}: ${why}`,
    ...(stray_files === 0 ? [] : [`${verb} ${count(stray_files, "file")} that no content is in`]),
    `${count(kept.contents, "content")} ${dry_run ? "would stay" : kept.contents === 1 ? "stays" : "stay"}, ${sizeText(kept.bytes)}`,
  ];
}
