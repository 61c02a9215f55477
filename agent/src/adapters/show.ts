import type { Readable } from "node:stream";
import type { OutputReader } from "./adapter.ts";
import { eventIn } from "./event.ts";

/** A line longer than this, in characters, is passed through as it comes. */
const MAX_LINE = 16 * 1024 * 1024;

/**
 * Shows what a CLI prints: its events as the reader words them, each as soon as it is there, and every line that is no
 * event as it is. Resolves when the stream has ended.
 */
export async function show(from: Readable, reader: OutputReader, to: NodeJS.WritableStream): Promise<void> {
  let held = "";
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) to.write(`${lines.join("\n")}\n`);
  };
  const line = (text: string) => {
    const event = eventIn(text);
    write(event === undefined ? [...reader.rest(), text] : reader.read(event));
  };
  from.setEncoding("utf8");
  for await (const chunk of from) {
    held += chunk;
    const lines = held.split("\n");
    held = lines.pop() ?? "";
    for (const text of lines) line(text);
    if (held.length > MAX_LINE) {
      to.write(held);
      held = "";
    }
  }
  if (held !== "") line(held);
  write(reader.rest());
}
