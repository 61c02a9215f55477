import type { EvaluatedCandidate, Evaluation } from "../evaluate/evaluate.ts";
import type { Protocol } from "../methodology/methodology.ts";

/** What an evaluation found about one of its scope's protocols. */
export function candidateIn({ candidates }: Evaluation, protocol: Protocol): EvaluatedCandidate {
  const found = candidates.find((one) => one.protocol === protocol);
  if (found === undefined) throw new RangeError(`'${protocol.name}' is no protocol of the evaluated scope`);
  return found;
}
