import type { CandidateName, Instance, InstanceRef } from "@runa/store";
import { earlierDeliveries } from "@runa/store/attempts";
import type { EarlierDelivery } from "@runa/store/deliveries";
import type { ScopeView } from "../evaluate/scope-view.ts";
import { accumulates } from "../methodology/annotation.ts";
import type { Candidate } from "../methodology/candidate.ts";
import { outputTypesOf, owedTypesOf } from "../methodology/methodology.ts";
import { instancePath } from "../plan/plan.ts";
import type { EarlierOutput } from "../plan/prompt.ts";
import { believedLines } from "../project/lockfile/believed.ts";
import { displayPath, type OpenProject } from "../project/project.ts";

/** An instance that still lies there of what earlier attempts of a candidate delivered or confirmed. */
interface EarlierInstance {
  readonly instance: Instance;
  /** Whether the candidate's next success supersedes it, unless it delivers or confirms it (attempts.md section 2). */
  readonly leaves: boolean;
}

/** The outputs of a candidate's earlier attempts that still lie there, as its agent is told of them. */
export function earlierOutputs(project: OpenProject, work: Candidate, view: ScopeView): EarlierOutput[] {
  return stillThere(project, work, view).map(({ instance: { type, id }, leaves }) => ({
    type,
    id,
    displayPath: displayPath(project.root, instancePath(project, type, id)),
    leaves,
  }));
}

/** What a success of a candidate supersedes of what it wrote before, unless it delivers or confirms it. */
export function leavingOutputs(project: OpenProject, work: Candidate, view: ScopeView): Instance[] {
  return stillThere(project, work, view).flatMap(({ instance, leaves }) => (leaves ? [instance] : []));
}

function stillThere(project: OpenProject, work: Candidate, view: ScopeView): EarlierInstance[] {
  const { protocol, workUnit } = work;
  const { store, methodology } = project;
  const name = { protocol: protocol.name, workUnit };
  const deliveries = [...deliveriesElsewhere(project, name, view), ...earlierDeliveries(store, name)];
  if (deliveries.length === 0) return [];
  const earlier = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
  const seen = view.as(protocol).outputs;
  const owed = new Set(owedTypesOf(protocol));
  return outputTypesOf(protocol).flatMap((type) => {
    const isReplaced = owed.has(type) && !accumulates(methodology.types.get(type)?.schema);
    return seen.inScope(type).flatMap((instance): EarlierInstance[] => {
      const delivery = earlier.get(keyOf(instance));
      if (delivery === undefined) return [];
      const { since, written } = delivery;
      return [{ instance, leaves: isReplaced && !since && written === instance.contentHash }];
    });
  });
}

/** What attempts in other clones delivered, as the lock file tells. */
function deliveriesElsewhere({ lockfile }: OpenProject, name: CandidateName, view: ScopeView): EarlierDelivery[] {
  const lines = lockfile === null ? [] : believedLines(lockfile.read(), view.snapshot, name);
  return lines
    .filter(({ by }) => by !== "hand")
    .map(({ type, id, content, by }) => ({
      type,
      id,
      written: by === "attempt" ? content : null,
      since: by === "since",
    }));
}

function keyOf({ type, id }: InstanceRef): string {
  return `${type}/${id}`;
}
