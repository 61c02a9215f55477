import { join } from "node:path";
import { isDecision } from "../methodology/annotation.ts";
import { outputTypesOf, type Protocol } from "../methodology/methodology.ts";
import { displayPath } from "../project/project.ts";
import { nearest } from "../suggestion.ts";
import type { Explained } from "./explained.ts";
import type { Reason } from "./reason.ts";

/** Who could make what a protocol lacks. */
export class Makers {
  readonly #explained: Explained;
  readonly #asking: Protocol;

  constructor(explained: Explained, asking: Protocol) {
    this.#explained = explained;
    this.#asking = asking;
  }

  /**
   * The protocols that may write a type, or else people; and what lies there that was probably meant to be of it. A type that
   * the methodology does not declare nobody can make.
   */
  of(type: string): Reason[] {
    const { evaluation } = this.#explained;
    const undeclared = this.undeclared(type);
    if (undeclared !== null) return [{ kind: "undeclared_type", artifact_type: type, ...undeclared }];
    const writers = this.writers(type);
    return [
      ...writers.map((protocol): Reason => {
        const candidate = evaluation.candidates.find((one) => one.protocol === protocol);
        return {
          kind: "written_by",
          artifact_type: type,
          protocol: protocol.name,
          scoped: protocol.scoped,
          ...(candidate !== undefined && {
            status: candidate.readiness.status,
            ...(candidate.workUnit !== null && { work_unit: candidate.workUnit }),
          }),
        };
      }),
      ...(writers.length === 0 ? [this.#withoutWriter(type)] : []),
      ...this.nearMisses(type).map((miss): Reason => ({ kind: "near_miss", artifact_type: type, ...miss })),
    ];
  }

  /** Who makes what no protocol may write. */
  #withoutWriter(type: string): Reason {
    const annotation = this.#explained.evaluation.methodology.types.get(type)?.annotation ?? null;
    if (annotation?.kind === "audit") return { kind: "written_by_runa", artifact_type: type };
    return {
      kind: "written_by_people",
      artifact_type: type,
      directory: this.directoryOf(type),
      ...(isDecision(annotation) && {
        decides: { artifact_type: annotation.of, command: annotation.kind === "approval" ? "approve" : "reject" },
      }),
    };
  }

  /** The other protocols that may write a type. */
  writers(type: string): readonly Protocol[] {
    return this.#explained.evaluation.methodology.protocols.filter(
      (protocol) => protocol !== this.#asking && outputTypesOf(protocol).includes(type),
    );
  }

  /** Of a type that the methodology does not declare, which one was probably meant. */
  undeclared(type: string): { readonly suggestion?: string } | null {
    const { types } = this.#explained.evaluation.methodology;
    if (types.has(type)) return null;
    const suggestion = nearest(type, types.keys());
    return suggestion === null ? {} : { suggestion };
  }

  /** Where the instances of a type lie, as people see it. */
  directoryOf(type: string): string {
    const { project } = this.#explained;
    return `${displayPath(project.root, join(project.workspace, type))}/`;
  }

  /** What lies beside the instances of a type under a name that is nearly right, and the name that would be. */
  nearMisses(type: string): { readonly path: string; readonly wanted: string }[] {
    const { report, evaluation, project } = this.#explained;
    const types = [...evaluation.methodology.types.keys()];
    const directories = report.unrecognized
      .filter((name) => nearest(name, types) === type)
      .map((name) => ({
        path: `${displayPath(project.root, join(project.workspace, name))}/`,
        wanted: this.directoryOf(type),
      }));
    const files = report.passedOver
      .filter((path) => path.startsWith(`${type}/`))
      .map((path) => path.slice(type.length + 1))
      .flatMap((file) => {
        const stem = NEARLY_JSON.exec(file)?.[1];
        const at = this.directoryOf(type);
        return stem === undefined ? [] : [{ path: `${at}${file}`, wanted: `${at}${stem}.json` }];
      });
    return [...directories, ...files];
  }
}

/** Names of files that were probably meant to end with `.json`. */
const NEARLY_JSON = /^([^.].*?)(?:\.(?:json\w?|jsn|js|txt|json\.\w+))?$/i;
