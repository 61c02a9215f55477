import { join } from "node:path";
import type { EvaluatedCandidate, PreconditionFailure, WaitCondition } from "../evaluate/evaluate.ts";
import type { ProtocolView } from "../evaluate/scope-view.ts";
import { isDecision } from "../methodology/annotation.ts";
import { type Protocol, readTypesOf } from "../methodology/methodology.ts";
import { triggerText } from "../methodology/trigger.ts";
import { displayPath } from "../project/project.ts";
import { decisionAgainOn, decisionOn } from "./approval.ts";
import { brokenReasons } from "./deciding.ts";
import type { Explained } from "./explained.ts";
import { Makers } from "./makers.ts";
import type { Reason } from "./reason.ts";

/** The one thing that would move a candidate, followed up to where it has to begin. */
export function nextFor(explained: Explained, candidate: EvaluatedCandidate): Reason {
  return new Search(explained).from(candidate);
}

class Search {
  readonly #explained: Explained;
  /** Candidates that were asked already: what waits for itself begins nowhere. */
  readonly #asked = new Set<EvaluatedCandidate>();
  /** The same of protocols of other scopes, where nothing was evaluated. */
  readonly #askedElsewhere = new Set<Protocol>();

  constructor(explained: Explained) {
    this.#explained = explained;
  }

  from(candidate: EvaluatedCandidate): Reason {
    this.#asked.add(candidate);
    const { readiness, attempt, cycle, protocol } = candidate;
    if (attempt !== null) return { kind: "wait" };
    if (cycle !== null) return { kind: "break_cycle", members: cycle };
    switch (readiness.status) {
      case "ready":
        return this.#execute(candidate);
      case "blocked":
        return this.#forFailures(candidate, readiness.failures);
      case "waiting": {
        if (candidate.freshness.current && candidate.triggerSatisfied)
          return { kind: "done", reads: readTypesOf(protocol) };
        return this.#forConditions(candidate, readiness.conditions);
      }
    }
  }

  #execute({ protocol, workUnit }: EvaluatedCandidate): Reason {
    const { candidates } = this.#explained.evaluation;
    const isFirst = candidates.find(({ readiness }) => readiness.status === "ready")?.protocol === protocol;
    return {
      kind: "execute",
      command: isFirst ? "step" : "run",
      protocol: protocol.name,
      ...(workUnit !== null && { work_unit: workUnit }),
    };
  }

  #forFailures(candidate: EvaluatedCandidate, failures: readonly PreconditionFailure[]): Reason {
    const [first] = failures;
    return first === undefined ? { kind: "wait" } : this.#forType(candidate.protocol, first.artifactType);
  }

  /** Of several conditions the first that somebody can do something about. */
  #forConditions(candidate: EvaluatedCandidate, conditions: readonly WaitCondition[]): Reason {
    const ways = conditions.map((condition) => this.#forCondition(candidate, condition));
    return ways.find(({ kind }) => kind !== "done") ?? ways[0] ?? { kind: "wait" };
  }

  #forCondition(candidate: EvaluatedCandidate, condition: WaitCondition): Reason {
    switch (condition.kind) {
      case "current":
        return { kind: "done", reads: readTypesOf(candidate.protocol) };
      case "cycle":
        return { kind: "break_cycle", members: condition.members };
      case "never":
        return { kind: "mend_trigger", condition: triggerText(condition.trigger) };
      case "trigger": {
        const { type, name } = condition.primitive;
        // Nothing has to go wrong, and what is there has only to change.
        if (type === "on_invalid" || (type === "on_change" && !condition.absent))
          return { kind: "done", reads: [name] };
        return this.#forType(candidate.protocol, name);
      }
    }
  }

  /** What would bring a valid instance of a type that a protocol lacks. */
  #forType(asking: Protocol, type: string): Reason {
    const { evaluation, project } = this.#explained;
    const view = evaluation.view.as(asking);
    const [gap] = view.gaps(type);
    if (gap !== undefined)
      return {
        kind: "make_readable",
        artifact_type: type,
        path: displayPath(project.root, join(project.workspace, gap.path)),
      };
    const annotation = evaluation.methodology.types.get(type)?.annotation ?? null;
    if (view.unapproved(type) !== null) return this.#forDecision(view, asking, type);
    if (isDecision(annotation)) {
      if (view.undecided.summary(annotation.of).valid === 0) return this.#forType(asking, annotation.of);
      // Nothing has to be rejected.
      return { kind: "done", reads: [type] };
    }
    // A record comes with what an attempt comes to.
    if (annotation?.kind === "audit") return { kind: "done", reads: [type] };
    const makers = new Makers(this.#explained, asking);
    const undeclared = makers.undeclared(type);
    if (undeclared !== null) return { kind: "mend_name", artifact_type: type, ...undeclared };
    const [miss] = makers.nearMisses(type);
    if (miss !== undefined) return { kind: "rename", artifact_type: type, ...miss };
    const [broken] = brokenReasons(view, type);
    const writers = makers.writers(type);
    const [writer] = writers;
    const byPeople: Reason =
      broken === undefined
        ? { kind: "put_file", artifact_type: type, directory: makers.directoryOf(type) }
        : { kind: "mend", ...broken };
    if (writer === undefined) return byPeople;
    const candidates = writers.flatMap((one) => evaluation.candidates.filter(({ protocol }) => protocol === one));
    const open = candidates.filter((one) => !this.#asked.has(one));
    const [first] = open;
    if (first !== undefined) return this.from(open.find(({ readiness }) => readiness.status === "ready") ?? first);
    if (candidates.length === 0) return this.#elsewhere(writer, type);
    // All were asked already: then only somebody from outside can begin.
    return byPeople;
  }

  /** What would have something be approved of a type of which nothing is: no file that anybody puts there, and nothing broken that is mended. */
  #forDecision(view: ProtocolView, asking: Protocol, type: string): Reason {
    const { evaluation } = this.#explained;
    const decide = decisionOn(evaluation, view, type);
    if (decide !== null) return decide;
    // What was rejected may be about to be made anew.
    const { subject } = view.approvalsFor(type);
    const writers = new Makers(this.#explained, asking).writers(subject);
    const remade = evaluation.candidates.find(
      (one) =>
        writers.includes(one.protocol) &&
        !this.#asked.has(one) &&
        (one.attempt !== null || one.readiness.status === "ready"),
    );
    if (remade !== undefined) return this.from(remade);
    return decisionAgainOn(evaluation, view, type) ?? { kind: "done", reads: [subject] };
  }

  /** What would have a protocol of another scope write a type: what it requires and nobody has, or a question about itself. */
  #elsewhere(writer: Protocol, type: string): Reason {
    const { view } = this.#explained.evaluation;
    const lacks = writer.requires.find((one) => view.valid(one).length === 0 && view.elsewhere(one).length === 0);
    if (lacks !== undefined && !this.#askedElsewhere.has(writer)) {
      this.#askedElsewhere.add(writer);
      return this.#forType(writer, lacks);
    }
    const unit = writer.scoped ? this.#workUnitWithout(writer, type) : null;
    return {
      kind: "ask",
      artifact_type: type,
      protocol: writer.name,
      scoped: writer.scoped,
      ...(unit !== null && { work_unit: unit }),
    };
  }

  /** A work unit that has what a protocol requires and nothing of a type that it may write. */
  #workUnitWithout(writer: Protocol, type: string): string | null {
    const { view } = this.#explained.evaluation;
    const unitsOf = (name: string) => view.valid(name).map(({ workUnit }) => workUnit);
    const have = new Set(unitsOf(type));
    return writer.requires.flatMap(unitsOf).find((unit) => unit !== null && !have.has(unit)) ?? null;
  }
}
