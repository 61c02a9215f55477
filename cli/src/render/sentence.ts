import { visible } from "@runa/engine";

// Longer ones repeat a name or value of the input that nobody reads to its end.
const LONGEST = 2000;

/** What is said of something, on one line that a terminal only shows, and no longer than anyone reads. */
export function sentence(message: string): string {
  const cut = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  return visible(cut);
}
