import type { Instance } from "@runa/store";
import { decide } from "../deciding/decide.ts";
import { RunaError } from "../diagnostic.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { caseNotDecided } from "../messages.ts";
import type { OpenProject } from "../project/project.ts";
import type { CaseDecision } from "./case.ts";

/**
 * Makes a decision of a case on what lies there, in a project that is thrown away.
 * @throws RunaError where there is nothing to decide on, or the decision breaks its schema
 */
export async function decideAsSaid(
  project: OpenProject,
  { view }: Evaluation,
  said: Omit<CaseDecision, "subject"> & { readonly subject: Pick<Instance, "type" | "id"> },
): Promise<void> {
  const { verdict, subject: named, by, note, fields } = said;
  const name = `${named.type}/${named.id}`;
  const failed = (why: string) => new RunaError(caseNotDecided(verdict, name, by, why));
  const subject = view.snapshot.instances.get(named.type)?.find(({ id }) => id === named.id);
  if (subject === undefined) throw failed("it is not there");
  const withdrawn = view.snapshot.decisions?.history(subject).findLast((one) => one.by === by)?.type;
  const type = project.methodology.types.get(said.type ?? withdrawn ?? "");
  if (type === undefined) throw failed("nothing that they decided on it is known");
  const { id, contentHash, workUnit } = subject;
  const result = await decide(project, {
    type,
    verdict,
    subject: { type: subject.type, id, contentHash, workUnit },
    note,
    fields,
    decider: { name: by, key: null },
    policy: await project.policy(),
    environment: {},
    tell: () => {},
  });
  if (result.kind === "decided") return;
  if (result.kind !== "invalid") throw failed(result.kind === "not_valid" ? "it is not valid" : "it changed meanwhile");
  const [first] = result.violations;
  throw failed(
    first === undefined ? result.reason : `${result.reason}: ${first.path || "it"}: expected ${first.expected}`,
  );
}
