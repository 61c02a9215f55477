import type { Instance } from "@runa/store";
import { RunaError } from "../diagnostic.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import {
  noInstanceOfType,
  scopedNeedsUnit,
  unknownInstance,
  unknownProtocol,
  unknownType,
  unscopedTakesNoUnit,
} from "../messages.ts";
import type { ArtifactType, Methodology, Protocol } from "../methodology/methodology.ts";
import { type Aim, EVERYTHING } from "../plan/aim.ts";
import { didYouMean } from "../suggestion.ts";

/**
 * The artifact type of that name.
 * @throws RunaError with the name that was probably meant
 */
export function typeNamed({ name: methodology, types }: Methodology, name: string): ArtifactType {
  const type = types.get(name);
  if (type !== undefined) return type;
  throw new RunaError(unknownType(methodology, name, hint(name, [...types.keys()])));
}

/**
 * The instance of that name.
 * @throws RunaError with the name that was probably meant
 */
export function instanceNamed(evaluation: Evaluation, type: string, id: string): Instance {
  const instances = evaluation.view.snapshot.instances.get(type) ?? [];
  const instance = instances.find((one) => one.id === id);
  if (instance !== undefined) return instance;
  if (instances.length === 0) throw new RunaError(noInstanceOfType(id, type));
  const ids = instances.map((one) => one.id);
  throw new RunaError(unknownInstance(id, type, didYouMean(id, ids) || ":"));
}

/**
 * The protocol of that name.
 * @throws RunaError with the name that was probably meant
 */
export function protocolNamed({ name: methodology, protocols }: Methodology, name: string): Protocol {
  const protocol = protocols.find((candidate) => candidate.name === name);
  if (protocol !== undefined) return protocol;
  const known = protocols.map((candidate) => candidate.name);
  throw new RunaError(unknownProtocol(methodology, name, hint(name, known)));
}

/**
 * The protocol of that name, of the scope of a work unit or of none.
 * @throws RunaError with the name that was probably meant, or what the scope lacks
 */
export function protocolInScope(methodology: Methodology, name: string, workUnit: string | null): Protocol {
  const protocol = protocolNamed(methodology, name);
  if (protocol.scoped && workUnit === null) throw new RunaError(scopedNeedsUnit(name));
  if (!protocol.scoped && workUnit !== null) throw new RunaError(unscopedTakesNoUnit(name));
  return protocol;
}

/**
 * What is to be executed: these protocols and what they need, all up to one, or all where none is named.
 * @throws RunaError what `protocolInScope` throws
 */
export function aimNamed(
  methodology: Methodology,
  workUnit: string | null,
  { only, until }: { readonly only: readonly string[]; readonly until: string | null },
): Aim {
  const named = (name: string) => protocolInScope(methodology, name, workUnit);
  if (until !== null) return { kind: "until", protocol: named(until) };
  return only.length === 0 ? EVERYTHING : { kind: "only", protocols: [...new Set(only)].map(named) };
}

/** The name that was meant, or else all that there are. */
function hint(name: string, known: readonly string[]): string {
  return didYouMean(name, known) || `: it has ${known.join(", ") || "none"}`;
}
