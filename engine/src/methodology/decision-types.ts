import type { TomlPath } from "../diagnostic.ts";
import {
  brokenDecisionTrigger,
  decidedTypeIsNoWork,
  decidedTypeUndeclared,
  outputNotOffered,
  rejectionTypeTwice,
} from "../messages.ts";
import { didYouMean } from "../suggestion.ts";
import type { TomlFinding } from "../toml/parse.ts";
import {
  ANNOTATION,
  type Annotation,
  type ApprovalAnnotation,
  isDecision,
  type RejectionAnnotation,
  type SchemaProblem,
} from "./annotation.ts";
import type { ProtocolDeclaration } from "./manifest.ts";
import type { Trigger } from "./trigger.ts";

/** A type as far as its annotation is concerned. */
export interface AnnotatedType {
  readonly name: string;
  readonly annotation: Annotation | null;
}

/** Types by name, each with its annotation. */
export type AnnotatedTypes = ReadonlyMap<string, AnnotatedType>;

/** A type of approvals. */
export interface ApprovalType {
  readonly name: string;
  readonly annotation: ApprovalAnnotation;
}

/** A type of rejections. */
export interface RejectionType {
  readonly name: string;
  readonly annotation: RejectionAnnotation;
}

/** The decision types of a methodology, by what they are about. */
export class DecisionTypes {
  readonly #approvals = new Map<string, ApprovalType[]>();
  readonly #rejections = new Map<string, RejectionType>();
  readonly #subjects = new Map<string, string>();

  constructor(types: AnnotatedTypes) {
    for (const { name, annotation } of types.values()) {
      if (isDecision(annotation)) this.#subjects.set(name, annotation.of);
      if (annotation?.kind === "approval")
        this.#approvals.set(annotation.of, [...this.approvalsOf(annotation.of), { name, annotation }]);
      if (annotation?.kind === "rejection") this.#rejections.set(annotation.of, { name, annotation });
    }
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#approvals.size === 0 && this.#rejections.size === 0;
  }

  /** The types that are decided on. */
  get subjects(): readonly string[] {
    return [...new Set([...this.#approvals.keys(), ...this.#rejections.keys()])];
  }

  /** The approval types of a type, in the manifest's order. */
  approvalsOf(type: string): readonly ApprovalType[] {
    return this.#approvals.get(type) ?? [];
  }

  /** Every type without which it is not known what counts of a type: its decision types, or what it decides on, and theirs. */
  relatedTo(type: string): readonly string[] {
    const subject = this.#subjects.get(type) ?? type;
    const rejection = this.rejectionOf(subject);
    const all = [subject, ...this.approvalsOf(subject).map(({ name }) => name), ...(rejection ? [rejection.name] : [])];
    return all.filter((name) => name !== type);
  }

  /** The type that a decision type is about; undefined for any other type. */
  subjectOf(decisionType: string): string | undefined {
    return this.#subjects.get(decisionType);
  }

  /** The type of which a type holds the approvals; undefined for any other type. */
  approvedBy(approvalType: string): string | undefined {
    const subject = this.subjectOf(approvalType);
    return subject !== undefined && this.rejectionOf(subject)?.name !== approvalType ? subject : undefined;
  }

  /** The rejection type of a type; null where there is none. */
  rejectionOf(type: string): RejectionType | null {
    return this.#rejections.get(type) ?? null;
  }
}

const KNOWN = new WeakMap<AnnotatedTypes, DecisionTypes>();

/** The decision types of a methodology; looked up once. */
export function decisionTypesOf({ types }: { readonly types: AnnotatedTypes }): DecisionTypes {
  let known = KNOWN.get(types);
  if (known === undefined) {
    known = new DecisionTypes(types);
    KNOWN.set(types, known);
  }
  return known;
}

/**
 * What is wrong with a type's annotation beside other types: each has its place in the schema's file.
 * @param declared every type that the manifest names, whether or not its schema could be read
 */
export function decidedTypeProblems(
  { name, annotation }: AnnotatedType,
  declared: readonly string[],
  types: AnnotatedTypes,
): SchemaProblem[] {
  if (!isDecision(annotation)) return [];
  const { of, kind } = annotation;
  const problem = (message: string): SchemaProblem[] => [{ pointer: `/${ANNOTATION}/of`, at: "value", message }];
  if (!declared.includes(of)) return problem(decidedTypeUndeclared(of, didYouMean(of, declared)));
  const decided = types.get(of)?.annotation ?? null;
  if (decided !== null) return problem(decidedTypeIsNoWork(of, decided.kind));
  if (kind === "approval") return [];
  const [first] = [...types.values()].filter(
    (other) => other.annotation?.kind === "rejection" && other.annotation.of === of,
  );
  return first === undefined || first.name === name ? [] : problem(rejectionTypeTwice(of, first.name));
}

/** Where protocols name decision and audit types as something that an agent could write or mend. */
export function decisionTypeFindings(protocols: readonly ProtocolDeclaration[], types: AnnotatedTypes): TomlFinding[] {
  return protocols.flatMap((protocol, index) => {
    const { name, produces, mayProduce, choices, trigger } = protocol;
    const at = (names: readonly string[], path: TomlPath, message: (type: string, kind: string) => string) =>
      names.flatMap((type): TomlFinding[] => {
        const kind = types.get(type)?.annotation?.kind;
        if (kind === undefined) return [];
        return [
          {
            severity: "error",
            path: ["protocols", index, ...path],
            naming: type,
            at: "value",
            message: message(type, kind),
          },
        ];
      });
    const offered = (key: string) => (type: string, kind: string) => outputNotOffered(name, type, kind, key);
    return [
      ...at(produces, ["produces"], offered("produces")),
      ...at(mayProduce, ["may_produce"], offered("may_produce")),
      ...choices.flatMap(({ members }, group) =>
        at(members, ["required_output_choices", group, "members"], offered("required_output_choices")),
      ),
      ...brokenTypesOf(trigger, ["trigger"]).flatMap(({ type, path }) =>
        at([type], path, (named, kind) => brokenDecisionTrigger(name, named, kind)),
      ),
    ];
  });
}

/** The types that a trigger names in `on_invalid`, each with its place. */
function brokenTypesOf(trigger: Trigger, path: TomlPath): { readonly type: string; readonly path: TomlPath }[] {
  if ("name" in trigger) return trigger.type === "on_invalid" ? [{ type: trigger.name, path }] : [];
  return trigger.conditions.flatMap((condition, index) => brokenTypesOf(condition, [...path, "conditions", index]));
}
