import { fstatSync } from "node:fs";
import { type Candidate, type ExecutionEvent, log } from "@runa/engine";
import { LinePrefixer } from "@runa/engine/process";
import type { EventStream } from "../output/event-stream.ts";
import { type NoticeRecord, tell } from "../output/notices.ts";
import { stderr, stdout } from "../output/output.ts";
import { nameOf, type ProgressStyle, progressRecords, progressText, statusLine } from "../render/progress-view.ts";

const NEWLINE = 10;

/** How often, in milliseconds, the status block is drawn anew. */
const REDRAW_EVERY = 1000;

/** What is running, as the status block shows it. */
interface Running {
  readonly work: Candidate;
  readonly since: number;
}

/** What a run shows while it executes: lines of its own and, where that was captured, the agents' output. */
export interface ProgressOptions extends ProgressStyle {
  /** With `--events` stdout belongs to the events. */
  readonly events: EventStream | null;
  /** A block at the end of the terminal says what runs; only where nobody else writes to it. */
  readonly block: boolean;
  /** How many deliveries an attempt has made. */
  readonly delivered: (attempt: string) => number;
}

/** Shows progress on stderr and the agents' captured output on stdout and stderr, without tearing either. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #running = new Map<string, Running>();
  readonly #prefixers = new Map<string, LinePrefixer>();
  #drawn = 0;
  /** The output in which an agent has begun a line, so that runa's own does not go on with it. */
  #begun: typeof stdout | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Hears of what happens in the engine. */
  hear(event: ExecutionEvent): void {
    if (event.kind === "attempt_started")
      this.#running.set(event.id, { work: event.candidate, since: performance.now() });
    if (event.kind === "attempt_adopted") {
      const { id, startedAt } = event.attempt;
      this.#running.set(id, { work: event.candidate, since: performance.now() - (Date.now() - startedAt / 1000) });
    }
    if (event.kind === "attempt_ended") {
      this.#running.delete(event.report.id);
      this.#endOfOutput(event.report.candidate);
    }
    if (log.isJson) for (const [text, record] of progressRecords(event)) tell([text], record);
    else
      this.#above(() =>
        stderr.write(
          progressText(event, this.#options)
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
    clearTimeout(this.#timer);
    this.#erase();
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
    this.#erase();
    write();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) stderr.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }

  /** A store that cannot be read now is told by whoever executes work, not by the block. */
  #delivered(attempt: string): number {
    try {
      return this.#options.delivered(attempt);
    } catch {
      return 0;
    }
  }

  #draw(): void {
    clearTimeout(this.#timer);
    if (!this.#options.block || this.#running.size === 0) return;
    const width = stderr.columns ?? 80;
    const lines = [...this.#running].map(([id, { work, since }]) =>
      statusLine(work, performance.now() - since, this.#delivered(id)).slice(0, width - 1),
    );
    stderr.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
    this.#timer = setTimeout(() => this.#between(() => {}), REDRAW_EVERY);
    this.#timer.unref();
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
