import { expect } from "vitest";
import { shortReasons, waitText } from "../../cli/src/render/reason-text.ts";
import type { ExplainedProtocol } from "../../engine/src/answers/explain.ts";
import type { Reason } from "../../engine/src/reasons/reason.ts";
import type { Envelope, ProtocolEntry } from "./envelope.ts";

/** Flags that suggested commands carry; what is compared here suggests none. */
export const FLAGS = { scope: "", project: "" };

type Entry = ProtocolEntry & Pick<ExplainedProtocol, "reasons" | "last_attempt">;

/** What one and the same project answers to whoever asks why. */
export interface Wordings {
  /** `state --json`, `step --dry-run --json`, `run --dry-run --json`. */
  readonly envelopes: { readonly state: Envelope; readonly step: Envelope; readonly run: Envelope };
  /** `protocols` of `explain --json`. */
  readonly explained: readonly ExplainedProtocol[];
  /** The same four as texts. */
  readonly texts: { readonly state: string; readonly explain: string; readonly step: string; readonly run: string };
}

/**
 * Holds all that is answered to "why" against each other: documents have the same reasons, and texts say each of them in
 * the same words.
 * @returns what was compared: each protocol with its reasons
 */
export function expectOneWording({ envelopes, explained, texts }: Wordings): readonly Entry[] {
  const entries = envelopes.state.protocols as readonly Entry[];
  expect(envelopes.step.protocols).toEqual(entries);
  expect(envelopes.run.protocols).toEqual(entries);
  for (const { name, work_unit, status, reasons, last_attempt } of entries) {
    const same = explained.find((one) => one.name === name && one.work_unit === work_unit);
    expect(same).toMatchObject({ status, reasons });
    expect(same?.last_attempt).toEqual(last_attempt);
    const short = shortReasons(reasons);
    expect(blockOf(texts.explain, name)).toContain(short);
    for (const line of linesOf(status, reasons)) expect(blockOf(texts.state, `  ${name}`)).toContain(line);
    if (status === "ready") expect(texts.run).toContain(`because ${short}`);
    if (new RegExp(`^next: ${escaped(name)}( |$)`, "m").test(texts.step))
      expect(texts.step).toMatch(new RegExp(`^ {2}because +${escaped(short)}$`, "m"));
  }
  return entries;
}

/** What `state` says of reasons. */
function linesOf(status: Entry["status"], reasons: readonly Reason[]): string[] {
  if (status === "waiting") return reasons.map((reason) => waitText(reason, FLAGS));
  return status === "ready" ? [shortReasons(reasons)] : reasons.map((reason) => shortReasons([reason]));
}

/** The lines of a text from the one that begins with a name up to the next empty one. */
function blockOf(text: string, name: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line === name || line.startsWith(`${name} `));
  const length = lines.slice(start).indexOf("");
  return lines.slice(start, start + length).join("\n");
}

/** A text as a regular expression that fits it. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
