import type { EvaluatedCandidate, Reason } from "@runa/engine";
import { shellOption } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { nameOf } from "./progress-view.ts";
import { shortReasons, waitText } from "./reason-text.ts";

/**
 * Why a protocol that was asked for is not executed, in one line.
 * @param reasons what decides where it stands
 */
export function notReadyText(candidate: EvaluatedCandidate, reasons: readonly Reason[], flags: KeptFlags): string {
  const { protocol, readiness } = candidate;
  const name = nameOf(candidate);
  switch (readiness.status) {
    case "ready":
      return `${name} was not executed: \`runa step ${shellOption("--protocol", protocol.name)}${flags.scope}\` tries again`;
    case "blocked":
      return `${name} is not READY but BLOCKED: ${shortReasons(reasons)}`;
    case "waiting":
      return `${name} is not READY but WAITING: ${reasons.map((reason) => waitText(reason, flags)).join("; ")}`;
  }
}
