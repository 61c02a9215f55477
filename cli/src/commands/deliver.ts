import { RunaError } from "@runa/engine";
import { attemptDelivery, attemptVerdict, type DeliveryAnswer, handDelivery } from "@runa/engine/answers";
import { attemptIn } from "@runa/engine/project";
import { openAttemptSession } from "@runa/engine/session";
import { Command, Option } from "clipanion";
import { bytesOf } from "../input/bytes-of.ts";
import { UsageError } from "../input/usage-error.ts";
import {
  confirmOrWithdraw,
  confirmOutsideAttempt,
  deliverNeedsFile,
  verdictNoFile,
  verdictNoWorkUnit,
  withdrawOutsideAttempt,
} from "../messages.ts";
import { fail } from "../output/notices.ts";
import { deliveredText, refusedText } from "../render/delivery-view.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

/** What is said of an output that lies there; null where one is delivered. */
type Verdict = "confirm" | "withdraw" | null;

export class DeliverCommand extends ProjectCommand {
  static override paths = [["deliver"]];
  static forms = [
    ["TYPE INSTANCE [FILE]", "[--work-unit ID]", "[--json]"],
    ["TYPE INSTANCE", "--confirm | --withdraw", "[--json]"],
  ];
  static override usage = Command.Usage({
    description: "Deliver an artifact: by hand, or from inside an attempt without MCP.",
    details: `
      Reads JSON from FILE, or from stdin without one or where it is \`-\`. Checks it against its schema, and writes and records
      it when it is valid. What is refused is told with every violation, and ends with 1. Inside an attempt it does what the
      attempt's server does when its tool is called: for agents that have a shell and no MCP client. Outside of any it
      is recorded as by hand.
    `,
    examples: [
      ["Deliver a file", "$0 deliver design checkout design.json"],
      ["From stdin", "$0 deliver design checkout -"],
      ["For a work unit", "$0 deliver task t1 task.json --work-unit checkout"],
      ["Inside an attempt: what lies there is still right", "$0 deliver --confirm design checkout"],
    ],
  });

  type = Option.String({ name: "TYPE" });
  instance = Option.String({ name: "INSTANCE" });
  file = Option.String({ name: "FILE", required: false });
  workUnit = Option.String("--work-unit", { description: "Put this work unit into the artifact." });
  confirm = Option.Boolean("--confirm", false, {
    description: "Inside an attempt: count what lies there as delivered, as it is.",
  });
  withdraw = Option.Boolean("--withdraw", false, { description: "Inside an attempt: take away what lies there." });
  json = Option.Boolean("--json", false, { description: "Print one JSON document (version 1)." });

  override async execute(): Promise<number> {
    const verdict = this.#verdict();
    const answer = attemptIn(process.env) === null ? await this.#byHand(verdict) : await this.#inAttempt(verdict);
    if (this.json) this.printJson(answer);
    else if (answer.result === "refused")
      fail(
        "deliver",
        refusedText(answer)
          .map((line) => `${line}\n`)
          .join(""),
      );
    else this.print(deliveredText(answer));
    return answer.result === "refused" ? 1 : 0;
  }

  /** @throws UsageError for options that do not go together */
  #verdict(): Verdict {
    const { confirm, withdraw, file, workUnit } = this;
    requireValue("--work-unit", "an id", workUnit);
    if (!confirm && !withdraw) {
      if (file === undefined && process.stdin.isTTY) throw new UsageError(deliverNeedsFile());
      return null;
    }
    if (confirm && withdraw) throw new UsageError(confirmOrWithdraw());
    const option = confirm ? "--confirm" : "--withdraw";
    if (file !== undefined) throw new UsageError(verdictNoFile(option));
    if (workUnit !== undefined) throw new UsageError(verdictNoWorkUnit(option));
    return confirm ? "confirm" : "withdraw";
  }

  async #byHand(verdict: Verdict): Promise<DeliveryAnswer> {
    if (verdict === "confirm") throw new RunaError(confirmOutsideAttempt());
    if (verdict === "withdraw") throw new RunaError(withdrawOutsideAttempt());
    return this.withProject(async (project) => handDelivery(project, await this.#delivery()), { looks: false });
  }

  async #inAttempt(verdict: Verdict): Promise<DeliveryAnswer> {
    const session = await openAttemptSession(this.projectOptions);
    try {
      if (verdict !== null) return await attemptVerdict(session, verdict, this.type, this.instance);
      return await attemptDelivery(session, await this.#delivery());
    } finally {
      session.close();
    }
  }

  async #delivery() {
    const { type, instance, file, workUnit = null } = this;
    return { type, instance, bytes: await bytesOf(file), workUnit };
  }
}
