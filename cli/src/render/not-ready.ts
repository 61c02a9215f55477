import { conditionText, type EvaluatedCandidate, lackReason, visible } from "@runa/engine";
import { shellOption } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { nameOf } from "./progress-view.ts";
import { shortReasons } from "./reason-text.ts";

/** Why a protocol that was asked for is not executed, in one line. */
export function notReadyText(candidate: EvaluatedCandidate, { scope }: KeptFlags): string {
  const { protocol, readiness } = candidate;
  const name = nameOf(candidate);
  switch (readiness.status) {
    case "ready":
      return `${name} was not executed: \`runa step ${shellOption("--protocol", protocol.name)}${scope}\` tries again`;
    case "blocked":
      return `${name} is not READY but BLOCKED: ${shortReasons(readiness.failures.map(lackReason))}`;
    case "waiting":
      return `${name} is not READY but WAITING: ${readiness.conditions.map(conditionText).map(visible).join("; ")}`;
  }
}
