import type { Listeners } from "@runa/store";
import type { ProtocolDeclaration } from "./manifest.ts";
import { outputTypesOf, readTypesOf } from "./methodology.ts";

/** The types by which a protocol can give feedback: what it delivers by its own decision, choice members and what it may produce. */
function feedbackTypesOf({ choices, mayProduce }: ProtocolDeclaration): string[] {
  return [...choices.flatMap(({ members }) => members), ...mayProduce];
}

/**
 * Which protocols of a scope give feedback to which (contract.md section 5, "Feedback"): those that read, themselves or
 * through others, what another may write. Worked out when it is asked for.
 */
export class Reviewers {
  readonly #scope: readonly ProtocolDeclaration[];
  readonly #reviewers = new Map<string, ReadonlySet<ProtocolDeclaration>>();
  #readers: ReadonlyMap<string, readonly ProtocolDeclaration[]> | undefined;

  constructor(scope: readonly ProtocolDeclaration[]) {
    this.#scope = scope;
  }

  /** Whether an instance of a type that `writer` delivers is feedback to `listener`. */
  isFeedback(type: string, writer: string, listener: ProtocolDeclaration): boolean {
    if (writer === listener.name) return false;
    for (const reviewer of this.#reviewersOf(listener))
      if (reviewer.name === writer) return feedbackTypesOf(reviewer).includes(type);
    return false;
  }

  /** Everyone who reads what a protocol may write, or what others make of that. */
  #reviewersOf(protocol: ProtocolDeclaration): ReadonlySet<ProtocolDeclaration> {
    let reviewers = this.#reviewers.get(protocol.name);
    if (reviewers === undefined) {
      reviewers = reachedFrom(protocol, this.#readersByType());
      this.#reviewers.set(protocol.name, reviewers);
    }
    return reviewers;
  }

  #readersByType(): ReadonlyMap<string, readonly ProtocolDeclaration[]> {
    if (this.#readers !== undefined) return this.#readers;
    const readers = new Map<string, ProtocolDeclaration[]>();
    for (const protocol of this.#scope)
      for (const type of new Set([...readTypesOf(protocol), ...protocol.accepts])) {
        const ofType = readers.get(type);
        if (ofType === undefined) readers.set(type, [protocol]);
        else ofType.push(protocol);
      }
    this.#readers = readers;
    return readers;
  }
}

function reachedFrom(
  start: ProtocolDeclaration,
  readers: ReadonlyMap<string, readonly ProtocolDeclaration[]>,
): ReadonlySet<ProtocolDeclaration> {
  const reached = new Set<ProtocolDeclaration>();
  const seen = new Set(outputTypesOf(start));
  // A set takes in what is added while it is gone through.
  for (const type of seen)
    for (const reader of readers.get(type) ?? []) {
      if (reached.has(reader)) continue;
      reached.add(reader);
      for (const output of outputTypesOf(reader)) seen.add(output);
    }
  return reached;
}

/** Of each type by which some protocol of a scope can give feedback: who of the scope reads it. */
export function listenersIn(scope: readonly ProtocolDeclaration[]): Listeners {
  const types = new Set(scope.flatMap(feedbackTypesOf));
  const listeners = new Map<string, string[]>();
  if (types.size === 0) return listeners;
  for (const protocol of scope)
    for (const type of readTypesOf(protocol))
      if (types.has(type)) listeners.set(type, [...(listeners.get(type) ?? []), protocol.name]);
  return listeners;
}
