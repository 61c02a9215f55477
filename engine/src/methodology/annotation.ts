import type { JsonSchema } from "@runa/store";
import { isOutcome, OUTCOMES, type OutcomeId } from "@runa/store/attempts";
import { escapedStep } from "@runa/store/json";
import { annotationKind, emptyValue, keyMissing, unknownKey, wrongEntry, wrongValue } from "../messages.ts";
import { didYouMean } from "../suggestion.ts";

/** What a schema's root says about its type in `x-runa` (decisions.md section 1). */
export type Annotation = ApprovalAnnotation | RejectionAnnotation | AuditAnnotation;

/** Instances are approvals, by people, of instances of another type. */
export interface ApprovalAnnotation {
  readonly kind: "approval";
  /** The type that is approved. */
  readonly of: string;
  /** How many distinct people it takes. */
  readonly min: number;
  /** The role that they must have; null for none. */
  readonly role: string | null;
  /** Whether the approval of who ran the attempt that delivered the subject counts for nothing. */
  readonly notAuthor: boolean;
}

/** Instances are rejections of instances of another type. */
export interface RejectionAnnotation {
  readonly kind: "rejection";
  readonly of: string;
}

/** Instances are records of attempts, written by runa. */
export interface AuditAnnotation {
  readonly kind: "audit";
  /** The outcomes that are recorded; null for all. */
  readonly outcomes: readonly OutcomeId[] | null;
  /** The protocols whose attempts are recorded; null for all. */
  readonly protocols: readonly string[] | null;
  /** One record for each candidate, or one for each attempt. */
  readonly per: "candidate" | "attempt";
}

/** A decision type's annotation. */
export type DecisionAnnotation = ApprovalAnnotation | RejectionAnnotation;

/** Whether a type's instances are made by people. */
export function isDecision(annotation: Annotation | null): annotation is DecisionAnnotation {
  return annotation?.kind === "approval" || annotation?.kind === "rejection";
}

/** What is wrong in a schema file, before anyone asked where that is. */
export interface SchemaProblem {
  /** JSON pointer from the schema's root. */
  readonly pointer: string;
  readonly at: "key" | "value";
  readonly message: string;
}

/** The key that says it. */
export const ANNOTATION = "x-runa";

/** The key by which an ordinary type says that its instances add up (attempts.md section 2). */
const ACCUMULATES = "accumulates";

const KEYS = {
  approval: ["kind", "of", "min", "role", "not_author"],
  rejection: ["kind", "of"],
  audit: ["kind", "outcomes", "protocols", "per"],
} as const;

type Kind = keyof typeof KEYS;

/** The kinds that are known, as they are told to people. */
const KINDS = Object.keys(KEYS) as readonly Kind[];

/** Reads what a schema's root says about its type; nothing deeper in it is looked at. */
export function readAnnotation(schema: JsonSchema): {
  readonly annotation: Annotation | null;
  readonly problems: readonly SchemaProblem[];
} {
  if (typeof schema === "boolean" || !Object.hasOwn(schema, ANNOTATION)) return { annotation: null, problems: [] };
  const reader = new AnnotationReader();
  const annotation = reader.read(schema[ANNOTATION]);
  return { annotation: reader.problems.length === 0 ? annotation : null, problems: reader.problems };
}

/** Whether a schema says that the instances of its type add up (attempts.md section 2). */
export function accumulates(schema: JsonSchema | undefined): boolean {
  const annotation = typeof schema === "object" ? schema[ANNOTATION] : undefined;
  return isObject(annotation) && annotation[ACCUMULATES] === true;
}

class AnnotationReader {
  readonly problems: SchemaProblem[] = [];

  read(value: unknown): Annotation | null {
    if (!isObject(value)) return this.#refused("", wrongValue(ANNOTATION, "an object", found(value)));
    if (value.kind === undefined && Object.hasOwn(value, ACCUMULATES)) return this.#ordinary(value);
    const kind = KINDS.find((known) => known === value.kind);
    if (kind === undefined) return this.#unknownKind(value);
    const known: readonly string[] = KEYS[kind];
    for (const key of Object.keys(value).filter((key) => !known.includes(key)))
      this.#refused(
        `/${escapedStep(key)}`,
        unknownKey(key, `'${ANNOTATION}' of kind ${kind}`, didYouMean(key, known)),
        "key",
      );
    switch (kind) {
      case "approval":
        return {
          kind,
          of: this.#of(value),
          min: this.#min(value),
          role: this.#role(value),
          notAuthor: this.#notAuthor(value),
        };
      case "rejection":
        return { kind, of: this.#of(value) };
      case "audit":
        return { kind, outcomes: this.#outcomes(value), protocols: this.#protocols(value), per: this.#per(value) };
    }
  }

  /** Of a type of no kind: whether its instances add up. */
  #ordinary(value: Record<string, unknown>): null {
    for (const key of Object.keys(value).filter((key) => key !== ACCUMULATES))
      this.#refused(
        `/${escapedStep(key)}`,
        unknownKey(key, `'${ANNOTATION}' without a kind`, didYouMean(key, [ACCUMULATES])),
        "key",
      );
    const said = value[ACCUMULATES];
    if (typeof said === "boolean") return null;
    return this.#refused(`/${ACCUMULATES}`, wrongValue(ACCUMULATES, "true or false", found(said)));
  }

  #unknownKind({ kind }: Record<string, unknown>): null {
    if (kind === undefined)
      return this.#refused("", keyMissing(`'${ANNOTATION}'`, "kind", `say one of ${KINDS.join(", ")}`));
    if (typeof kind !== "string") return this.#refused("/kind", wrongValue("kind", "a string", found(kind)));
    return this.#refused("/kind", annotationKind(kind, KINDS.join(", "), didYouMean(kind, KINDS)));
  }

  #of({ of }: Record<string, unknown>): string {
    if (of === undefined)
      this.#refused("", keyMissing(`'${ANNOTATION}'`, "of", "name the artifact type that is decided on"));
    else if (typeof of !== "string") this.#refused("/of", wrongValue("of", "the name of a type", found(of)));
    return typeof of === "string" ? of : "";
  }

  #min({ min = 1 }: Record<string, unknown>): number {
    if (typeof min === "number" && Number.isSafeInteger(min) && min >= 1) return min;
    this.#refused(
      "/min",
      wrongValue("min", "a whole number, 1 or more", typeof min === "number" ? `${min}` : found(min)),
    );
    return 1;
  }

  #role({ role }: Record<string, unknown>): string | null {
    if (role === undefined) return null;
    if (typeof role !== "string") this.#refused("/role", wrongValue("role", "the name of a role", found(role)));
    else if (role === "") this.#refused("/role", emptyValue("role"));
    return typeof role === "string" ? role : null;
  }

  #notAuthor({ not_author: value = false }: Record<string, unknown>): boolean {
    if (typeof value !== "boolean")
      this.#refused("/not_author", wrongValue("not_author", "true or false", found(value)));
    return value === true;
  }

  #outcomes(value: Record<string, unknown>): readonly OutcomeId[] | null {
    const named = this.#names(value, "outcomes", "outcomes of attempts");
    for (const [index, name] of (named ?? []).entries())
      if (!isOutcome(name))
        this.#refused(
          `/outcomes/${index}`,
          wrongEntry("outcomes", `one of ${OUTCOMES.join(", ")}`, `'${name}'${didYouMean(name, OUTCOMES)}`),
        );
    return named?.filter(isOutcome) ?? null;
  }

  #protocols(value: Record<string, unknown>): readonly string[] | null {
    return this.#names(value, "protocols", "names of protocols");
  }

  #per({ per = "candidate" }: Record<string, unknown>): AuditAnnotation["per"] {
    if (per === "candidate" || per === "attempt") return per;
    this.#refused("/per", wrongValue("per", "candidate or attempt", typeof per === "string" ? `'${per}'` : found(per)));
    return "candidate";
  }

  #names(value: Record<string, unknown>, key: string, what: string): readonly string[] | null {
    const list = value[key];
    if (list === undefined) return null;
    if (!Array.isArray(list)) {
      this.#refused(`/${key}`, wrongValue(key, `a list of ${what}`, found(list)));
      return null;
    }
    for (const [index, entry] of list.entries())
      if (typeof entry !== "string") this.#refused(`/${key}/${index}`, wrongEntry(key, "a string", found(entry)));
    return list.filter((entry): entry is string => typeof entry === "string");
  }

  #refused(step: string, message: string, at: SchemaProblem["at"] = "value"): null {
    this.problems.push({ pointer: `/${ANNOTATION}${step}`, at, message });
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What was found in the place of something else. */
function found(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
