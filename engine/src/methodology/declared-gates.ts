import type { JsonSchema } from "@runa/store";
import { canonicalJson, sha256 } from "@runa/store/json";
import { ANNOTATION, type DecisionAnnotation, isDecision } from "./annotation.ts";
import { type Methodology, outputTypesOf, type Protocol } from "./methodology.ts";
import { triggerText, typesOf } from "./trigger.ts";

/** What a methodology has people decide, and what waits for it: what may not become looser unseen (decisions 4). */
export interface Gates {
  /** Where the manifest lies. */
  readonly manifest: string;
  readonly protocols: Readonly<Record<string, ProtocolGates>>;
  /** The decision types. */
  readonly types: Readonly<Record<string, GateType>>;
}

/** What a protocol waits for people for, and what passes through it. */
export interface ProtocolGates {
  /** The approval types that it names, each in its strongest place. */
  readonly gates: readonly Gate[];
  /** The types that it reads. */
  readonly reads: readonly string[];
  /** The types that it may write. */
  readonly writes: readonly string[];
}

/** Where a protocol names an approval type; the trigger as a whole, where only that does. */
export interface Gate {
  readonly type: string;
  readonly by: "requires" | "trigger" | "accepts";
  readonly trigger?: string;
}

/** A decision type, as far as it decides what counts. */
export interface GateType {
  readonly kind: DecisionAnnotation["kind"];
  readonly of: string;
  readonly min?: number;
  readonly role?: string;
  readonly not_author?: true;
  /** Hash of the schema's text without its annotation, and without what only describes it. */
  readonly schema: string;
}

/**
 * The gates of a methodology. Whatever has the same gates, in whatever order it says so, gets an equal value.
 * @param manifest where its manifest lies, as the project sees it
 */
export function declaredGates(methodology: Methodology, manifest: string): Gates {
  const types = [...methodology.types.values()].flatMap(({ name, annotation, schema, exact }): [string, GateType][] =>
    isDecision(annotation) ? [[name, gateType(annotation, exact ?? schema)]] : [],
  );
  return {
    manifest,
    protocols: Object.fromEntries(
      methodology.protocols.map((protocol) => [protocol.name, protocolGates(methodology, protocol)]),
    ),
    types: Object.fromEntries(types),
  };
}

/** The hash by which gates are named. */
export function gatesHash({ manifest, protocols, types }: Gates): string {
  return sha256(canonicalJson({ manifest, protocols, types }));
}

function gateType(annotation: DecisionAnnotation, schema: JsonSchema): GateType {
  const { kind, of } = annotation;
  const hash = sha256(canonicalJson(judging(schema)));
  if (annotation.kind === "rejection") return { kind, of, schema: hash };
  const { min, role, notAuthor } = annotation;
  return { kind, of, min, ...(role !== null && { role }), ...(notAuthor && { not_author: true }), schema: hash };
}

const DESCRIBING = ["title", "description", "$comment"];

/** A schema without what at its root judges nothing. */
function judging(schema: JsonSchema): unknown {
  if (typeof schema === "boolean") return schema;
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => keyword !== ANNOTATION && !DESCRIBING.includes(keyword)),
  );
}

function protocolGates(methodology: Methodology, protocol: Protocol): ProtocolGates {
  const { requires, accepts, trigger } = protocol;
  const triggered = typesOf(trigger);
  const read = [...new Set([...requires, ...accepts, ...triggered])].sort();
  const gates = read.flatMap((type): Gate[] => {
    if (methodology.types.get(type)?.annotation?.kind !== "approval") return [];
    if (requires.includes(type)) return [{ type, by: "requires" }];
    return [
      triggered.includes(type) ? { type, by: "trigger", trigger: triggerText(trigger) } : { type, by: "accepts" },
    ];
  });
  return {
    gates,
    reads: read,
    writes: [...new Set(outputTypesOf(protocol))].sort(),
  };
}
