import { RunaError } from "@runa/engine";
import {
  type AttemptHistory,
  followTranscript,
  openAttemptHistory,
  type Transcript,
  transcriptOf,
} from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { Command, Option } from "clipanion";
import { followOutputReadOnly, outputEmpty, outputNotKept } from "../messages.ts";
import { watch } from "../output/follow.ts";
import { fail, tell } from "../output/notices.ts";
import { stdout } from "../output/output.ts";
import { page } from "../output/pager.ts";
import { out } from "../render/style.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class OutputCommand extends ProjectCommand {
  static override paths = [["output"]];
  static override usage = Command.Usage({
    description: "Show what the agent of an attempt printed.",
    details: `
      ATTEMPT is the attempt's id, or its first 13 characters, as other commands show them. On a terminal the output is shown
      through $PAGER. There is one where the agent's output was captured: with \`transcript = true\` in the config, with
      --jobs above 1, and with --events.
    `,
    examples: [
      ["Read what an agent printed", "$0 output 0197a3b0-5f0e"],
      ["Watch one that is at work", "$0 output 0197a3b0-5f0e --follow"],
    ],
  });

  attempt = Option.String({ name: "ATTEMPT" });
  follow = Option.Boolean("--follow", false, {
    description: "Go on with what it prints, until the attempt has ended, or Ctrl-C (130).",
  });

  override async execute(): Promise<number> {
    const history = await openAttemptHistory(this.projectOptions);
    try {
      const id = history.find(this.attempt);
      return this.follow ? await this.#follow(history, id) : await this.#show(history, id);
    } finally {
      history.close();
    }
  }

  async #show({ project }: AttemptHistory, id: string): Promise<number> {
    const transcript = transcriptOf(project, id);
    if (transcript === null) return notKept(id);
    const parts = partsOf(transcript);
    const nothing = outputEmpty(shortAttemptId(id));
    if (parts.length === 0) tell([nothing], { level: "info", operation: "output", outcome: "succeeded" });
    else await page(parts, process.env);
    return 0;
  }

  async #follow(history: AttemptHistory, id: string): Promise<number> {
    if (!history.isLive) throw new RunaError(followOutputReadOnly());
    const follower = followTranscript(history.project, id, (_stream, chunk) => stdout.write(chunk));
    if (follower === null) return notKept(id);
    const exitCode = await watch(() => !history.isOver(id));
    await follower.close();
    return exitCode;
  }
}

/** What is shown of a transcript; where both streams hold something, each with its name before it. */
function partsOf(transcript: Transcript): Buffer[] {
  const streams = (["stdout", "stderr"] as const).filter((stream) => transcript[stream].length > 0);
  if (streams.length < 2) return streams.map((stream) => transcript[stream]);
  return streams.flatMap((stream) => [
    Buffer.from(`${out("dim", `── ${stream} ──`)}\n`),
    transcript[stream],
    Buffer.from(transcript[stream].at(-1) === "\n".charCodeAt(0) ? "" : "\n"),
  ]);
}

function notKept(id: string): number {
  fail("output", `error: ${outputNotKept(shortAttemptId(id))}\n`);
  return 1;
}
