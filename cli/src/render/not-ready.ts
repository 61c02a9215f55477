import { conditionText, type EvaluatedCandidate, lackReason, visible } from "@runa/engine";
import { shellOption, shellWord } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { nameOf } from "./progress-view.ts";
import { shortReasons } from "./reason-text.ts";

/** Why a protocol that was asked for is not executed, and what to type about it, in one line. */
export function notReadyText(candidate: EvaluatedCandidate, { scope }: KeptFlags): string {
  const { protocol, readiness } = candidate;
  const name = nameOf(candidate);
  const explain = `\`runa explain ${shellWord(protocol.name)}${scope}\` says what would move it`;
  switch (readiness.status) {
    case "ready":
      return `${name} was not executed: \`runa step ${shellOption("--protocol", protocol.name)}${scope}\` tries again`;
    case "blocked":
      return `${name} is not READY but BLOCKED: ${shortReasons(readiness.failures.map(lackReason))}; ${explain}`;
    case "waiting": {
      const { conditions } = readiness;
      const isCurrent = conditions.some(({ kind }) => kind === "current");
      const next = isCurrent
        ? `\`runa reopen ${shellWord(protocol.name)}${scope}\` has it executed all the same`
        : explain;
      return `${name} is not READY but WAITING: ${[...conditions.map(conditionText).map(visible), next].join("; ")}`;
    }
  }
}
