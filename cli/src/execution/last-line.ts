import { stripVTControlCharacters } from "node:util";
import { visible } from "@runa/engine";

/** How much of what comes at once is looked at, and how much of a line is kept whose end has not come; in bytes and characters. */
const LOOKED_AT = 8192;
const KEPT = 1024;

/**
 * The last line that an agent has printed, whole or only begun, as text that a terminal shows and does not obey. What a
 * terminal would overwrite, as a progress bar does, counts as a line too.
 */
export class LastLine {
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #begun = { stdout: "", stderr: "" };
  #text = "";

  get text(): string {
    return this.#text;
  }

  push(stream: "stdout" | "stderr", chunk: Buffer): void {
    const text = this.#begun[stream] + this.#decoders[stream].decode(chunk.subarray(-LOOKED_AT), { stream: true });
    const lines = text.split(/[\r\n]+/);
    this.#begun[stream] = (lines.at(-1) ?? "").slice(-KEPT);
    for (const line of lines.toReversed()) {
      const plain = visible(stripVTControlCharacters(line).replaceAll("\t", " ")).trim();
      if (plain === "") continue;
      this.#text = plain;
      return;
    }
  }
}
