import type { Adapter } from "./adapter.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import { qwen } from "./qwen.ts";

/** The agent CLIs that `runa-agent` can start, in the order in which they are listed. */
export const ADAPTERS: readonly Adapter[] = [claudeCode, codex, gemini, qwen, opencode, copilot];
