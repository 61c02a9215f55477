import { type AttemptHistory, openAttemptHistory } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { wholeNumberIn } from "../input/option-values.ts";
import { tell } from "../output/notices.ts";
import { attemptsText } from "../render/attempts-view.ts";
import { nothingText } from "../render/nothing-text.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

/** What people are shown unless they ask for more. */
const SHOWN = 20;

export class AttemptsCommand extends ProjectCommand {
  static override paths = [["attempts"]];
  static forms = [["[PROTOCOL]", "[--work-unit ID]", "[--limit N]", "[--json]"]];
  static override usage = Command.Usage({
    description: "Show the attempts, those that run first, then the latest first.",
    details: `
      A line for each: its id, protocol and work unit, how it ended, which try it was, when it began, how long it took, and
      what its agent told of costs and tokens. Shows the last ${SHOWN}, or with --json all. Does not scan the workspace.
    `,
    examples: [
      ["See what ran and what runs", "$0 attempts"],
      ["Of one protocol", "$0 attempts review"],
      ["What the agent of one printed", "$0 output 0197a3b0-5f0e"],
    ],
  });

  protocol = Option.String({ name: "PROTOCOL", required: false });
  workUnit = Option.String("--work-unit", { description: "Only of this work unit." });
  limit = Option.String("--limit", { description: `Only the last N; default ${SHOWN}, with --json all.` });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    requireValue("--work-unit", "an id", this.workUnit);
    const { protocol, workUnit } = this;
    const limit = wholeNumberIn("--limit", this.limit, 1) ?? (this.json ? undefined : SHOWN);
    const history = await openAttemptHistory(this.projectOptions);
    try {
      const answer = history.list({ protocol, workUnit, limit });
      if (answer.total === 0 && !this.json)
        tell([this.#noneText(history)], { level: "info", operation: "attempts", outcome: "succeeded" });
      this.answer(this.json, answer, attemptsText);
      return 0;
    } finally {
      history.close();
    }
  }

  #noneText(history: AttemptHistory): string {
    return nothingText("attempts", [
      { what: "protocol", name: this.protocol, known: () => history.names().protocols },
      { what: "work unit", name: this.workUnit, known: () => history.names().workUnits },
    ]);
  }
}
