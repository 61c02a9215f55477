import { EventLog, eventDocument, type LogEvent } from "@runa/engine/log";
import type { OpenProject } from "@runa/engine/project";
import { stdout } from "./output.ts";

/** How often, in milliseconds, events of other processes, such as deliveries, are looked for. */
const LOOK_EVERY = 100;
/** What is read at once. */
const PAGE = 1000;

/**
 * Prints what happens in a run as it happens, one JSON document a line, in the event log's words (`--events`). What other
 * runs do beside it is left out.
 */
export class EventStream {
  readonly #log: EventLog;
  readonly #attempts = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #after: number;

  constructor({ store }: OpenProject) {
    this.#log = new EventLog(store);
    this.#after = this.#log.head().seq;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** Prints what has come since. */
  pump(): void {
    for (let page = this.#read(); page.length > 0; page = this.#read())
      for (const event of page) {
        this.#after = event.seq;
        if (this.#isOurs(event)) stdout.write(`${JSON.stringify(eventDocument(event))}\n`);
      }
  }

  /** A store that cannot be read is told by whoever executes work, or at the end. */
  #look(): void {
    try {
      this.pump();
    } catch {
      clearInterval(this.#timer);
    }
  }

  /** Prints what is left, and the summary that ends the stream. */
  end(summary: object): void {
    clearInterval(this.#timer);
    this.pump();
    stdout.write(`${JSON.stringify(summary)}\n`);
  }

  #read(): LogEvent[] {
    return this.#log.read({ after: this.#after, limit: PAGE });
  }

  #isOurs(event: LogEvent): boolean {
    const { known, attempt } = event;
    if (attempt !== null) {
      if (known && event.kind === "claimed" && event.body.owner.pid === process.pid) this.#attempts.add(attempt);
      return this.#attempts.has(attempt);
    }
    const isOfRun = known && (event.kind === "run_started" || event.kind === "run_ended");
    return !isOfRun || event.body.pid === process.pid;
  }
}
