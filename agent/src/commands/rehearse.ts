import { Command, Option } from "clipanion";
import { Failure, Misuse, messageOf } from "../failure.ts";
import { durationOf, type RehearsalOptions, wholeNumber } from "../rehearse/options.ts";
import { untilSignalled } from "../signals.ts";
import { withValues } from "../usage.ts";
import { VERSION } from "../version.ts";

/** `runa-agent rehearse`: plays the agent of one attempt without a model. */
export class RehearseCommand extends Command {
  static override paths = [["rehearse"]];
  static override usage = Command.Usage({
    description: "deliver one valid, made-up artifact for each output that the attempt owes",
    details: `
      Stands in for a real agent, so that a methodology can be tried without a model. runa starts it for each attempt,
      with the prompt on stdin and the attempt's MCP server in RUNA_MCP_CONFIG. It starts that server and calls its
      tools as any agent would. The artifacts are made from the tools' schemas: the same prompt and seed make the same
      ones, changed inputs make others.
    `,
    examples: [
      ["Rehearse every protocol of a project: in .runa/config.toml, under [agent]", `command = ["$0", "rehearse"]`],
      ["Choose another outcome than the first of its group", "$0 rehearse --choose needs-revision"],
      ["Deliver a wrong design first, then mend it by the server's errors", "$0 rehearse --invalid design"],
      ["Take a while, then deliver all but the design", "$0 rehearse --sleep 2s --skip design"],
    ],
  });

  seed = Option.String("--seed", "1", { description: "another whole number makes other artifacts (default: 1)" });
  choose = Option.Array("--choose", [], {
    description: "the MEMBER of a choice group to deliver (default: the first)",
  });
  optional = Option.Boolean("--optional", false, { description: "deliver what the protocol may produce, too" });
  skip = Option.Array("--skip", [], { description: "a TYPE that is not delivered" });
  invalid = Option.Array("--invalid", [], {
    description: "a TYPE that is delivered wrong first, then mended by the server's errors",
  });
  instanceId = Option.String("--instance-id", { description: "deliver under this id (default: the type's name)" });
  workUnit = Option.String("--work-unit", { description: "the work unit that an unscoped protocol's artifacts name" });
  sleep = Option.String("--sleep", "0s", { description: "wait before delivering: 500ms, 2s, 45m" });
  fail = Option.Boolean("--fail", false, { description: "exit with 1 and deliver nothing" });
  check = Option.Boolean("--check", false, { description: "say that it is there, as the agent CLIs say it, and end" });
  exit = Option.String("--exit", "0", { description: "exit with this code after delivering" });

  override async execute(): Promise<number> {
    const { stdin, stdout, stderr, env } = this.context;
    if (this.check) {
      stdout.write(`Rehearsal agent: a part of runa\nversion: ${VERSION}\nready\n`);
      return 0;
    }
    try {
      const options = this.rehearsalOptions();
      // Loaded only now: neither help nor wrong usage needs the MCP client and the faker.
      const { rehearse } = await import("../rehearse/rehearsal.ts");
      const around = { env, cwd: process.cwd(), stdin, stdout, stderr };
      return await untilSignalled((onStart) => rehearse(options, { ...around, onStart }));
    } catch (error) {
      stderr.write(`error: ${messageOf(error)}\n`);
      if (error instanceof Misuse) stderr.write(`\n${withValues(this.cli.usage(this, { prefix: "usage: " }))}`);
      else if (!(error instanceof Failure) && error instanceof Error) stderr.write(`${error.stack}\n`);
      return 1;
    }
  }

  private rehearsalOptions(): RehearsalOptions {
    if (this.instanceId === "") throw new Misuse("--instance-id must not be empty");
    if (this.workUnit === "") throw new Misuse("--work-unit must not be empty");
    return {
      seed: wholeNumber("--seed", this.seed, Number.MAX_SAFE_INTEGER),
      choose: this.choose,
      skip: this.skip,
      invalid: this.invalid,
      optional: this.optional,
      instanceId: this.instanceId,
      workUnit: this.workUnit,
      sleep: durationOf(this.sleep),
      fail: this.fail,
      exit: wholeNumber("--exit", this.exit, 255),
    };
  }
}
