import { obstaclesOf } from "../evaluate/evaluate.ts";
import { executionOrder } from "../methodology/graph.ts";
import { triggerText } from "../methodology/trigger.ts";
import { lookAt } from "../project/look.ts";
import type { OpenProject } from "../project/project.ts";
import { type FailureEntry, failureEntry } from "./failure-entry.ts";
import { type PastPoint, pastPoint } from "./past-point.ts";
import { scanWarnings } from "./scan-warnings.ts";

/** Every protocol of the methodology with its relations (`runa list`). */
export interface ListAnswer extends PastPoint {
  readonly version: 1;
  readonly kind: "list";
  readonly methodology: string;
  readonly scan_warnings: readonly string[];
  /** Each hard cycle's protocols. */
  readonly cycles: readonly (readonly string[])[];
  /** In the order of execution. */
  readonly protocols: readonly ListedProtocol[];
}

export interface ListedProtocol {
  readonly name: string;
  readonly scoped: boolean;
  readonly requires: readonly string[];
  readonly accepts: readonly string[];
  readonly produces: readonly string[];
  readonly required_output_choices: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly may_produce: readonly string[];
  readonly trigger: string;
  /** What it requires and lacks; triggers are not looked at. */
  readonly precondition_failures: readonly FailureEntry[];
}

/** Looks at every protocol, scoped ones included. */
export async function list(project: OpenProject): Promise<ListAnswer> {
  const evaluation = await lookAt(project, null);
  const { order, cycles } = executionOrder(project.methodology);
  return {
    version: 1,
    kind: "list",
    methodology: project.methodology.name,
    ...pastPoint(project),
    scan_warnings: scanWarnings(evaluation),
    cycles,
    protocols: order.map((protocol) => ({
      name: protocol.name,
      scoped: protocol.scoped,
      requires: protocol.requires,
      accepts: protocol.accepts,
      produces: protocol.produces,
      required_output_choices: protocol.choices.map(({ name, members }) => ({ name, members })),
      may_produce: protocol.mayProduce,
      trigger: triggerText(protocol.trigger),
      precondition_failures: obstaclesOf(evaluation, protocol).map(failureEntry),
    })),
  };
}
