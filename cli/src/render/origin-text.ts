import { visible } from "@runa/engine";
import type { ChangedBy, ShownOrigin } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { candidateName } from "./candidate-name.ts";
import { localTimeOf } from "./local-time.ts";

/** Where an instance's content comes from, or who took it away: `by draft, attempt 0195561e-2c40`, or `by hand`. */
export function originText(origin: ChangedBy | ShownOrigin): string {
  switch (origin.by) {
    case "hand":
      return "by hand";
    case "server":
      return "by hand, through runa-mcp";
    case "runa":
      return `by runa, the record of attempt ${shortAttemptId(origin.attempt)}`;
    case "person":
      return `decided by ${visible(origin.name)}`;
    case "attempt": {
      const { via = "tool" } = origin;
      const how = { tool: "", file: ", as a file", confirmed: ", confirmed unchanged" }[via];
      const name = candidateName(origin.protocol, origin.work_unit ?? null);
      return `by ${name}, attempt ${shortAttemptId(origin.attempt)}${how}`;
    }
  }
}

/** When that was, in the time of whoever reads it, after a comma; empty where nobody recorded it. */
export function originTime(origin: ShownOrigin): string {
  return (origin.by === "attempt" || origin.by === "person") && origin.at !== undefined
    ? `, ${localTimeOf(origin.at)}`
    : "";
}
