import { awaitedIn, type Evaluation, visible } from "@runa/engine";
import { shellWord } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";

/** So many decisions are named; `runa approvals` lists all. */
const NAMED = 5;

/** What people have to decide before work goes on, and what they type: a line for each. */
export function awaitedText(evaluation: Evaluation, { project }: KeptFlags): string[] {
  const awaited = awaitedIn(evaluation).filter(({ waiters }) => waiters.length > 0);
  const more = awaited.length - NAMED;
  return [
    ...awaited.slice(0, NAMED).map(({ subject: { type, id } }) => {
      const name = visible(`${type}/${id}`);
      return `waiting for a decision on ${name}: \`runa approve ${shellWord(type)} ${shellWord(id)}${project}\``;
    }),
    ...(more > 0 ? [`waiting for ${more} more decisions: \`runa approvals${project}\``] : []),
  ];
}
