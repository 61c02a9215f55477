import { count, visible } from "@runa/engine";
import type { ForgetAnswer } from "@runa/engine/history";
import { out } from "./style.ts";

/** What was erased of a content, and what is left to do about it. */
export function forgottenText({ content_hash, before, erased, still_in, not_erased }: ForgetAnswer): string[] {
  const { prompts, transcripts, superseded } = erased;
  const also = [
    ...(prompts > 0 ? [count(prompts, "prompt")] : []),
    ...(transcripts > 0 ? [count(transcripts, "file")].map((files) => `${files} of agents' output`) : []),
    ...(superseded > 0 ? [count(superseded, "superseded file")] : []),
  ];
  return [
    `forgotten${before ? " before" : ""}: ${content_hash}`,
    ...(also.length === 0 ? [] : [`  erased with it: ${also.join(", ")}`]),
    ...still_in.map((path) => `  ${out("yellow", "still in")} ${visible(path)}: change or remove it yourself`),
    ...not_erased.map(({ path, reason }) => `  ${out("red", "not erased:")} ${visible(path)}: ${visible(reason)}`),
    ...(not_erased.length === 0 ? [] : ["  give the same command again once that is mended"]),
  ];
}
