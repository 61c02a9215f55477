import { didYouMean, type Protocol, RunaError } from "@runa/engine";
import { doctorAnswer } from "@runa/engine/answers";
import { type McpConfig, mcpConfigFor, requireMcpCommand } from "@runa/engine/process";
import { evaluateScan, examine, type OpenProject, scanProject, workUnitsOf } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { adapterIn, checkAgent, checkCommand } from "../checks/agent-check.ts";
import { agentNamed, configFileOf, configuredAgents, protocolsWithoutAgent } from "../checks/configured-agents.ts";
import { probeServer } from "../checks/mcp-probe.ts";
import { mcpCommand } from "../execution/execution.ts";
import { UsageError } from "../input/usage-error.ts";
import { jsonWithOther, unknownProtocolToProbe } from "../messages.ts";
import { doctorText } from "../render/doctor-view.ts";
import { agentText, probeText, validatorText, withoutAgentText } from "../render/probe-view.ts";
import { ProjectCommand } from "./base/project-command.ts";

export class DoctorCommand extends ProjectCommand {
  static override paths = [["doctor"]];
  static override usage = Command.Usage({
    description: "Check the health of the project.",
    details: `
      Checks the manifest, every artifact, what each protocol requires, and the dependency graph. Exits 1 when it finds a
      problem; warnings alone do not count, unless --strict. --mcp and --agent check what an execution needs instead:
      neither delivers anything nor calls a model.
    `,
    examples: [
      ["Check everything", "$0 doctor"],
      ["In a script, whether anything is broken", "$0 doctor --health"],
      ["See which tools an agent is offered, and with what schemas", "$0 doctor --mcp"],
      ["Check that the configured agent is installed", "$0 doctor --agent"],
    ],
  });

  strict = Option.Boolean("--strict", false, { description: "Warnings count as problems." });
  health = Option.Boolean("--health", false, {
    description: "Ask only whether anything is broken: leave out what protocols lack.",
  });
  verbose = Option.Boolean("--verbose", false, { description: "Also say which validator judges each artifact type." });
  json = Option.Boolean("--json", false, { description: "Print what was found as one JSON document (version 1)." });
  mcp = Option.String("--mcp", {
    tolerateBoolean: true,
    description: "Start the MCP server of this protocol, or of all, and list its tools.",
  });
  agent = Option.String("--agent", {
    tolerateBoolean: true,
    description: "Check this agent, one of the config's or of runa-agent's, or those that protocols are executed with.",
  });

  /** They are among what it finds. */
  protected override get warnsOfLockfile(): boolean {
    return this.mcp !== undefined || this.agent !== undefined;
  }

  override async execute(): Promise<number> {
    const other =
      this.mcp !== undefined ? "--mcp" : this.agent !== undefined ? "--agent" : this.verbose ? "--verbose" : null;
    if (this.json && other !== null) throw new UsageError(jsonWithOther(other));
    return this.withProject(async (project) => {
      if (this.mcp === undefined && this.agent === undefined) return this.#examine(project);
      const servers = this.mcp === undefined || (await this.#probe(project, this.mcp));
      const agents = this.agent === undefined || (await this.#checkAgents(project, this.agent));
      return servers && agents ? 0 : 1;
    });
  }

  async #examine(project: OpenProject): Promise<number> {
    const report = await scanProject(project);
    const examination = await examine(project, evaluateScan(project, report, null), report, process.env, this.health);
    if (this.verbose) this.print(await validatorText(project.methodology));
    if (this.json) this.printJson(doctorAnswer(project, examination));
    else this.print(doctorText(examination));
    return examination.problems > 0 || (this.strict && examination.warnings > 0) ? 1 : 0;
  }

  /** Probes the servers of one protocol or of all; whether every one could be used. */
  async #probe(project: OpenProject, named: string | boolean): Promise<boolean> {
    const { protocols } = project.methodology;
    const chosen = typeof named === "string" ? protocols.filter(({ name }) => name === named) : protocols;
    const names = protocols.map(({ name }) => name);
    if (typeof named === "string" && chosen.length === 0)
      throw new RunaError(unknownProtocolToProbe(named, didYouMean(named, names), names.join(", ")));
    let usable = true;
    for (const { name, config } of await this.#servers(project, chosen)) {
      const probes = await probeServer(config, process.env);
      usable &&= probes.every(({ tools }) => tools !== null);
      this.print(probeText(name, probes));
    }
    return usable;
  }

  /** How an agent would be told to start the servers of these protocols. */
  async #servers(project: OpenProject, protocols: readonly Protocol[]): Promise<{ name: string; config: McpConfig }[]> {
    const command = requireMcpCommand(mcpCommand());
    const [workUnit = "doctor"] = workUnitsOf(evaluateScan(project, await scanProject(project), null));
    return protocols.map(({ name, scoped }) => ({
      name,
      config: mcpConfigFor(project, command, name, scoped ? workUnit : null),
    }));
  }

  /** Checks agents: installed, which version, and that they start this project's server. */
  async #checkAgents(project: OpenProject, named: string | boolean): Promise<boolean> {
    const [server] = await this.#servers(project, project.methodology.protocols.slice(0, 1));
    const chosen = typeof named === "string" ? [agentNamed(project, named)] : configuredAgents(project);
    let usable = true;
    for (const { name, command, table, protocols } of chosen) {
      const adapter = adapterIn(command);
      const check =
        adapter === null
          ? checkCommand(command, project.root, table ?? "[agent]")
          : checkAgent(adapter, server?.config ?? null);
      const executes = protocols.length === 0 ? "no protocol" : protocols.join(", ");
      const lines = [
        ...check.lines,
        `executes: ${executes}${table === null ? "" : `, as ${table} of the config says`}`,
      ];
      this.print(agentText({ name: name ?? check.name, ok: check.ok, lines }));
      usable &&= check.ok;
    }
    const without = typeof named === "string" ? [] : protocolsWithoutAgent(project);
    if (without.length > 0) this.print(withoutAgentText(without, configFileOf(project)));
    return usable && without.length === 0;
  }
}
