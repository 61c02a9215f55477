import { fstatSync } from "node:fs";
import { type Candidate, type ExecutionEvent, log } from "@runa/engine";
import { LinePrefixer } from "@runa/engine/process";
import type { EventStream } from "../output/event-stream.ts";
import { fitted } from "../output/fit.ts";
import { type NoticeRecord, tell } from "../output/notices.ts";
import { stderr, stdout } from "../output/output.ts";
import { nameOf, type ProgressStyle, progressRecords, progressText } from "../render/progress-view.ts";
import { beatText, blockText, type RunningView } from "../render/running-view.ts";
import { LiveBlock } from "./live-block.ts";
import { RunningAttempts } from "./running.ts";

const NEWLINE = 10;

/** How often, in milliseconds, the status block is drawn anew. */
const REDRAW_EVERY = 1000;

/** How often, in milliseconds, what runs is told where no block can be drawn. */
const BEAT_EVERY = 60_000;

/** What a run shows while it executes: lines of its own and, where that was captured, the agents' output. */
export interface ProgressOptions extends ProgressStyle {
  /** With `--events` stdout belongs to the events. */
  readonly events: EventStream | null;
  /** A block at the end of the terminal says what runs; only where nobody else writes to it. */
  readonly block: boolean;
  /** What an attempt has delivered by now. */
  readonly delivered: (attempt: string) => RunningView["delivered"];
}

/** Shows progress on stderr and the agents' captured output on stdout and stderr, without tearing either. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #running: RunningAttempts;
  readonly #block = new LiveBlock();
  readonly #prefixers = new Map<string, LinePrefixer>();
  /** The output in which an agent has begun a line, so that runa's own does not go on with it. */
  #begun: typeof stdout | null = null;
  #redrawing: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#running = new RunningAttempts(options.delivered);
  }

  /** Hears of what happens in the engine. */
  hear(event: ExecutionEvent): void {
    this.#running.hear(event);
    if (event.kind === "attempt_ended") this.#endOfOutput(event.report.candidate);
    this.#beat();
    if (log.isJson) for (const [text, record] of progressRecords(event)) tell([text], record);
    else
      this.#above(() =>
        stderr.write(
          fitted(progressText(event, this.#options), stderr)
            .map((line) => `${line}\n`)
            .join(""),
        ),
      );
    this.#options.events?.pump();
  }

  /** Tells something that no event of the engine is. */
  tell(lines: readonly string[], record: NoticeRecord): void {
    this.#above(() => tell(lines, record));
  }

  /** What an agent wrote. */
  show(work: Candidate, stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#running.show(work, stream, chunk);
    // Above the block only whole lines can be written.
    if (this.#options.prefixed || this.#options.block) this.#prefixer(work, stream).push(chunk);
    else this.#write(stream, chunk);
  }

  #write(stream: "stdout" | "stderr", bytes: Buffer): void {
    const target = stream === "stdout" && this.#options.events === null ? stdout : stderr;
    this.#between(() => {
      if (this.#begun !== target) this.#endLine();
      target.write(bytes);
      this.#begun = bytes.at(-1) === NEWLINE ? null : target;
    });
  }

  /** Only where both outputs are shown in one place: elsewhere what the agent wrote stays as it is. */
  #endLine(): void {
    if (this.#begun !== null && (this.#begun === stderr || areOnePlace())) this.#begun.write("\n");
    this.#begun = null;
  }

  close(): void {
    clearTimeout(this.#redrawing);
    clearTimeout(this.#beating);
    this.#block.erase();
    this.#endLine();
    this.#running.clear();
    this.#options.events?.pump();
  }

  #prefixer(work: Candidate, stream: "stdout" | "stderr"): LinePrefixer {
    const key = `${stream} ${nameOf(work)}`;
    let prefixer = this.#prefixers.get(key);
    if (prefixer === undefined) {
      const label = this.#options.prefixed ? `${nameOf(work)} | ` : "";
      prefixer = new LinePrefixer(label, (lines) => this.#write(stream, lines));
      this.#prefixers.set(key, prefixer);
    }
    return prefixer;
  }

  /** A last line that was never ended is shown all the same. */
  #endOfOutput(work: Candidate): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const key = `${stream} ${nameOf(work)}`;
      this.#prefixers.get(key)?.end();
      this.#prefixers.delete(key);
    }
  }

  /** Writes whole lines above the block. */
  #above(write: () => void): void {
    this.#between(() => {
      this.#endLine();
      write();
    });
  }

  /** Writes something above the block. */
  #between(write: () => void): void {
    this.#block.erase();
    write();
    this.#draw();
  }

  #draw(): void {
    clearTimeout(this.#redrawing);
    if (!this.#options.block || this.#running.size === 0) return;
    const { columns = 80, rows = 24 } = stderr;
    // One column and one row less: in the last ones the cursor would stand.
    this.#block.draw(blockText(this.#running.views(), columns - 1, rows - 1));
    this.#redrawing = setTimeout(() => this.#between(() => {}), REDRAW_EVERY);
    this.#redrawing.unref();
  }

  /** Off a terminal what runs is told once a minute, so that a log shows that it does. */
  #beat(): void {
    if (stderr.isTerminal || this.#running.size === 0) {
      clearTimeout(this.#beating);
      this.#beating = undefined;
    } else
      this.#beating ??= setTimeout(() => {
        this.#beating = undefined;
        const running = this.#running.views();
        const fields = { running: running.length };
        this.tell([beatText(running)], { level: "info", operation: "run", outcome: "started", fields });
        this.#beat();
      }, BEAT_EVERY).unref();
  }
}

/** Whether stdout and stderr are the same terminal, pipe or file. */
function areOnePlace(): boolean {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)];
    return out.dev === err.dev && out.ino === err.ino;
  } catch {
    return false;
  }
}
