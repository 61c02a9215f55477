import type { Store } from "@runa/store";
import { type LogEvent, readEvents } from "@runa/store/log";

/** A file that the log tells of, as it does so last. */
export interface LoggedFile {
  readonly type: string;
  readonly id: string;
  readonly contentHash: string;
  /** The number of the event. */
  readonly seq: number;
  /** The attempt that it belongs to. */
  readonly attempt: string | null;
}

/** Events that are read at once: a long log does not have to fit into memory. */
const BATCH = 1000;

/** What the whole log tells of the files that lie there now, each by `type/id`. */
export class ToldByLog {
  /** Of each artifact that was not taken away since, how it was delivered or confirmed last. */
  readonly deliveries = new Map<string, LoggedFile>();
  readonly records = new Map<string, LoggedFile>();
  readonly decisions = new Map<string, LoggedFile>();
  readonly #heads = new Map<string, number>();

  static of(store: Store): ToldByLog {
    const told = new ToldByLog();
    for (let after = 0; ; ) {
      const events = readEvents(store, { after, limit: BATCH });
      for (const event of events) told.#hear(event);
      const last = events.at(-1);
      if (last === undefined || events.length < BATCH) return told;
      after = last.seq;
    }
  }

  /** How many events there are. */
  get events(): number {
    return this.#heads.size;
  }

  /** The number of the event with which the log ended so; 0 for the empty log, null for what was never its end. */
  seqOf(head: string): number | null {
    return /^sha256:0{64}$/.test(head) ? 0 : (this.#heads.get(head) ?? null);
  }

  #hear(event: LogEvent): void {
    const { seq, attempt, hash } = event;
    this.#heads.set(hash, seq);
    if (!event.known) return;
    switch (event.kind) {
      case "delivery_accepted":
        this.#put(this.deliveries, { seq, attempt }, event.body);
        break;
      case "withdrawn":
      case "superseded":
        this.deliveries.delete(keyOf(event.body));
        break;
      case "audited":
        if (event.body.removed) this.records.delete(keyOf(event.body));
        else this.#put(this.records, { seq, attempt }, event.body);
        break;
      case "decision":
        this.#put(this.decisions, { seq, attempt }, event.body);
        break;
    }
  }

  #put(
    files: Map<string, LoggedFile>,
    from: Pick<LoggedFile, "seq" | "attempt">,
    body: { readonly artifact_type: string; readonly instance_id: string; readonly content_hash: string },
  ): void {
    const { artifact_type: type, instance_id: id, content_hash: contentHash } = body;
    files.set(keyOf(body), { type, id, contentHash, ...from });
  }
}

function keyOf(body: { readonly artifact_type: string; readonly instance_id: string }): string {
  return `${body.artifact_type}/${body.instance_id}`;
}
