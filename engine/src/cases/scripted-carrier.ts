import type { WorkUnit } from "@runa/store";
import type { WorkEnd } from "../attempt/attempt.ts";
import type { Carrier, Prepared, Trial, Work } from "../attempt/carrier.ts";
import type { Candidate } from "../methodology/candidate.ts";
import type { OpenProject } from "../project/project.ts";
import { readArtifact } from "../session/artifact-text.ts";
import { sessionIn } from "../session/project-session.ts";
import type { Deliveries, Step } from "./case.ts";
import type { Contents } from "./contents.ts";

/** What an attempt's record names as its command. */
const ARGV = ["runa", "test"] as const;

/** Delivers what a case says, in this process: everything else of an attempt is as with agents. */
export class ScriptedCarrier implements Carrier {
  readonly kind = "case";
  readonly #project: OpenProject;
  readonly #step: Step;
  readonly #contents: Contents;
  readonly #executions = new Map<string, number>();

  constructor(project: OpenProject, step: Step, contents: Contents) {
    this.#project = project;
    this.#step = step;
    this.#contents = contents;
  }

  prepare({ candidate }: Trial, id: string): Prepared {
    return { argv: ARGV, discard: () => {}, start: () => new ScriptedWork(this.#deliver(id, candidate)) };
  }

  adopt(): Work {
    // Nobody but this process ever knows the project.
    return new ScriptedWork(Promise.resolve());
  }

  async #deliver(attempt: string, { protocol, workUnit }: Candidate): Promise<void> {
    const session = sessionIn(this.#project, protocol, workUnit as WorkUnit | null, attempt);
    for (const { type: name, id, content } of this.#next({ protocol, workUnit })) {
      const type = this.#project.methodology.types.get(name);
      if (type === undefined) continue;
      const read = readArtifact(await this.#contents.bytesOf(type, content, workUnit as WorkUnit | null));
      if (read.kind === "artifact") await session.deliver(name, id, read.artifact);
      else session.noteRefusal(read.reason, read.violations, name);
    }
  }

  /** What the case has for this execution; after its last word that again, and where it says nothing, all that is owed. */
  #next({ protocol }: Candidate): Deliveries {
    const before = this.#executions.get(protocol.name) ?? 0;
    this.#executions.set(protocol.name, before + 1);
    const rounds = this.#step.deliveries.get(protocol.name);
    if (rounds !== undefined) return rounds[before] ?? rounds.at(-1) ?? [];
    const owed = [...protocol.produces, ...protocol.choices.flatMap(({ members }) => members.slice(0, 1))];
    return owed.map((type) => ({ type, id: type as Deliveries[number]["id"], content: { kind: "made" } }));
  }
}

/** Work that is done in this process. */
class ScriptedWork implements Work {
  readonly identity = null;
  readonly output = null;
  readonly ended: Promise<void>;

  constructor(work: Promise<void>) {
    this.ended = work;
  }

  stop(): void {}

  kill(): void {}

  async sweep(): Promise<WorkEnd> {
    return { exit: { kind: "exited", code: 0 }, swept: [], silence: { kind: "no_tool_called" }, usage: null };
  }
}
