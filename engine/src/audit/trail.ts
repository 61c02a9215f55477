import { type Instance, rfc3339, type Store } from "@runa/store";
import { type InstanceState, recordedAttempt } from "@runa/store/attempts";
import { makingOf } from "@runa/store/deliveries";
import type { LoggedDecision } from "@runa/store/log";
import { fileTime } from "../reasons/origin-entry.ts";
import { type NamedContent, type ToldAttempt, toldAttempt } from "./record.ts";

/** Who made a content: an attempt, a person, a server that was started by hand, or runa itself. */
export type Maker =
  | { readonly by: "attempt"; readonly attempt: string; readonly via: "tool" | "file" }
  /** A person put it there: an external input, or what somebody edited since. */
  | { readonly by: "hand"; readonly at?: string }
  | { readonly by: "server" }
  /** It is a decision. */
  | { readonly by: "person"; readonly name: string; readonly at: string }
  /** It is the record of an attempt. */
  | { readonly by: "runa"; readonly attempt: string };

/** A content, and who made it. */
export interface MadeContent extends NamedContent {
  readonly made: Maker;
}

/** An artifact that is asked about, as it lies there. */
export interface TracedArtifact extends MadeContent {
  readonly status: Instance["status"];
  readonly work_unit?: string;
}

/** An attempt on the way back, with who made what it was given. */
export interface TracedAttempt extends Omit<ToldAttempt, "inputs"> {
  readonly inputs: readonly MadeContent[];
}

/** What a person decided on a content on the way. */
export interface TracedDecision extends NamedContent {
  readonly decision: LoggedDecision["verdict"];
  readonly subject: NamedContent;
  readonly by: string;
  readonly at: string;
  /** The number of its event in the log. */
  readonly event: number;
  /** Whether nothing newer has replaced it, and its subject still lies there as it was. */
  readonly stands: boolean;
  /** Why it does not, or what is wrong with its file. Left out where nothing is. */
  readonly why?: string;
  /** The fingerprint of the key that signed it. */
  readonly key?: string;
}

/** Who made some artifacts, from what, and who approved it: back to what came from outside. */
export interface Trail {
  readonly artifacts: readonly TracedArtifact[];
  /** Each once, however many ways lead to it; in the order in which they began, the latest first. */
  readonly attempts: readonly TracedAttempt[];
  /** In the log's order. */
  readonly decisions: readonly TracedDecision[];
}

/** What a trail is read from. */
export interface TrailSource {
  readonly store: Store;
  readonly logged: readonly LoggedDecision[];
  /** The attempt that an instance of an audit type is the record of, as the log tells; null for any other. */
  readonly recordOf: (instance: InstanceState) => string | null;
  readonly stands: (decision: LoggedDecision) => boolean;
  /** Why it does not, or what is wrong with its file. */
  readonly why: (decision: LoggedDecision) => string | null;
}

/** Follows artifacts back to what they were made from. */
export function trailOf(source: TrailSource, instances: readonly Instance[]): Trail {
  const walk = new Walk(source);
  const artifacts = instances.map(
    (instance): TracedArtifact => ({
      ...walk.made(instance, null),
      status: instance.status,
      ...(instance.workUnit !== null && { work_unit: instance.workUnit }),
    }),
  );
  const attempts = walk.attempts();
  return { artifacts, attempts, decisions: walk.decisions() };
}

class Walk {
  readonly #source: TrailSource;
  readonly #contents = new Set<string>();
  readonly #found = new Set<string>();
  readonly #open: string[] = [];

  constructor(source: TrailSource) {
    this.#source = source;
  }

  /**
   * Who made a content.
   * @param reader the attempt that was given it; null for what lies there now
   */
  made(content: InstanceState & Partial<Pick<Instance, "mtime">>, reader: string | null): MadeContent {
    this.#contents.add(keyOf(content));
    const made = this.#makerOf(content, reader);
    if (made.by === "attempt" || made.by === "runa") this.#follow(made.attempt);
    return { ...named(content), made };
  }

  /** Everything that leads there. */
  attempts(): TracedAttempt[] {
    const traced: TracedAttempt[] = [];
    for (let id = this.#open.pop(); id !== undefined; id = this.#open.pop()) {
      const attempt = recordedAttempt(this.#source.store, id);
      if (attempt === null) continue;
      traced.push({ ...toldAttempt(attempt), inputs: attempt.inputs.map((input) => this.made(input, attempt.id)) });
    }
    return traced.sort((a, b) =>
      a.started < b.started ? 1 : a.started > b.started ? -1 : a.attempt < b.attempt ? 1 : -1,
    );
  }

  /** The decisions on everything that was met. */
  decisions(): TracedDecision[] {
    return this.#source.logged
      .filter(({ subject }) => this.#contents.has(keyOf(subject)))
      .map((made) => ({ made, why: this.#source.why(made) }))
      .map(({ made, why }) => ({
        ...named(made),
        decision: made.verdict,
        subject: named(made.subject),
        by: made.by,
        at: rfc3339(made.at),
        event: made.seq,
        stands: this.#source.stands(made),
        ...(why !== null && { why }),
        ...(made.key !== null && { key: made.key }),
      }));
  }

  #follow(attempt: string): void {
    if (this.#found.has(attempt)) return;
    this.#found.add(attempt);
    this.#open.push(attempt);
  }

  #makerOf(content: InstanceState & Partial<Pick<Instance, "mtime">>, reader: string | null): Maker {
    const { store, logged, recordOf } = this.#source;
    const recorded = recordOf(content);
    if (recorded !== null) return { by: "runa", attempt: recorded };
    const decided = logged.findLast((one) => keyOf(one) === keyOf(content));
    if (decided !== undefined) return { by: "person", name: decided.by, at: rfc3339(decided.at) };
    const making = makingOf(store, content, reader);
    if (making === null || making.via === "hand") {
      const at = content.mtime === undefined ? null : fileTime({ mtime: content.mtime });
      return { by: "hand", ...(at !== null && { at }) };
    }
    if (making.attempt === null) return { by: "server" };
    return { by: "attempt", attempt: making.attempt, via: making.via === "file" ? "file" : "tool" };
  }
}

function keyOf({ type, id, contentHash }: InstanceState): string {
  return `${type}/${id}/${contentHash}`;
}

function named({ type, id, contentHash }: InstanceState): NamedContent {
  return { artifact_type: type, instance_id: id, content_hash: contentHash };
}
