import { conditionText, type EvaluatedCandidate, visible } from "@runa/engine";
import { shellOption } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { nameOf } from "./progress-view.ts";

/** Why a protocol that was asked for is not executed, in one line. */
export function notReadyText(candidate: EvaluatedCandidate, { scope }: KeptFlags): string {
  const { protocol, readiness } = candidate;
  const name = nameOf(candidate);
  switch (readiness.status) {
    case "ready":
      return `${name} was not executed: \`runa step ${shellOption("--protocol", protocol.name)}${scope}\` tries again`;
    case "blocked": {
      const lacks = readiness.failures.map(({ artifactType, reason }) => `${visible(artifactType)} ${reason}`);
      return `${name} is not READY but BLOCKED: ${lacks.join(", ")}`;
    }
    case "waiting":
      return `${name} is not READY but WAITING: ${readiness.conditions.map(conditionText).map(visible).join("; ")}`;
  }
}
