import { stripVTControlCharacters } from "node:util";
import { SERVER, type StartReport } from "./adapter.ts";

/** What a line of `gemini mcp list`, or of Qwen Code's, says of the server. */
export function listed(line: string): StartReport | undefined {
  const detail = new RegExp(`\\b${SERVER}: .* - (\\w+)\\s*$`).exec(stripVTControlCharacters(line))?.[1];
  return detail === undefined ? undefined : { started: detail === "Connected", detail: detail.toLowerCase() };
}
