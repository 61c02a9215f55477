import type { InstanceRef } from "@runa/store";
import type { Verdict } from "@runa/store/log";
import type { MakeValue } from "../cases/contents.ts";
import { decideAsSaid } from "../cases/decide.ts";
import { type AwaitedDecision, awaitedIn } from "../evaluate/awaited.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import type { DecideAs } from "./decided.ts";
import { askedFields } from "./fields.ts";
import { rehearsalPerson } from "./people.ts";
import { MOST_REOPENS } from "./place.ts";

/** What was decided in a rehearsal. */
export interface RehearsedDecision {
  readonly verdict: Verdict;
  /** The decision type. */
  readonly type: string;
  readonly subject: InstanceRef;
  readonly by: string;
}

const NOTE = "Decided in a rehearsal, by nobody.";

/** Decides on what waits in a scope, on each instance at most a few times: what is rejected comes back. */
export class RehearsedDecisions {
  readonly made: RehearsedDecision[] = [];
  readonly #project: OpenProject;
  readonly #as: DecideAs;
  readonly #make: MakeValue;
  readonly #times = new Map<string, number>();

  constructor(project: OpenProject, as: DecideAs, make: MakeValue) {
    this.#project = project;
    this.#as = as;
    this.#make = make;
  }

  /**
   * Decides on everything that waits in a scope.
   * @returns whether anything was decided
   * @throws RunaError where a decision would break its schema
   */
  async decide(workUnit: string | null): Promise<boolean> {
    if (this.#as === "none") return false;
    const before = this.made.length;
    for (const awaited of awaitedIn(await lookAt(this.#project, workUnit))) {
      const key = `${awaited.subject.type}/${awaited.subject.id}`;
      const times = this.#times.get(key) ?? 0;
      if (times >= MOST_REOPENS) continue;
      this.#times.set(key, times + 1);
      for (const { type, by } of this.#wanted(awaited)) {
        const { subject } = awaited;
        const verdict = this.#as === "approve" ? "approved" : "rejected";
        const declared = this.#project.methodology.types.get(type);
        const asked = declared === undefined ? null : await askedFields(declared, this.#make);
        const note = asked?.note ?? NOTE;
        const said = { verdict, subject, type, by, note, fields: asked?.fields ?? {} } as const;
        // Each sees what the one before left.
        await decideAsSaid(this.#project, await lookAt(this.#project, workUnit), said);
        this.made.push({ verdict, type, subject: { type: subject.type, id: subject.id }, by });
      }
    }
    return this.made.length > before;
  }

  #wanted({ approvals, rejectionType }: AwaitedDecision): { readonly type: string; readonly by: string }[] {
    if (this.#as === "reject") return rejectionType === null ? [] : [{ type: rejectionType, by: rehearsalPerson(0) }];
    return approvals.flatMap(({ type, approvals: there }) =>
      Array.from({ length: Math.max(0, type.annotation.min - there.length) }, (_, which) => ({
        type: type.name,
        by: rehearsalPerson(which),
      })),
    );
  }
}
