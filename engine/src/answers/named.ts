import { RunaError } from "../diagnostic.ts";
import type { ArtifactType, Methodology, Protocol } from "../methodology/methodology.ts";
import { didYouMean } from "../suggestion.ts";

/**
 * The artifact type of that name.
 * @throws RunaError with the name that was probably meant
 */
export function typeNamed({ name: methodology, types }: Methodology, name: string): ArtifactType {
  const type = types.get(name);
  if (type !== undefined) return type;
  throw new RunaError(`methodology '${methodology}' has no artifact type '${name}'${hint(name, [...types.keys()])}`);
}

/**
 * The protocol of that name.
 * @throws RunaError with the name that was probably meant
 */
export function protocolNamed({ name: methodology, protocols }: Methodology, name: string): Protocol {
  const protocol = protocols.find((candidate) => candidate.name === name);
  if (protocol !== undefined) return protocol;
  const known = protocols.map((candidate) => candidate.name);
  throw new RunaError(`methodology '${methodology}' has no protocol '${name}'${hint(name, known)}`);
}

/** The name that was meant, or else all that there are. */
function hint(name: string, known: readonly string[]): string {
  return didYouMean(name, known) || `: it has ${known.join(", ") || "none"}`;
}
