import {
  evaluateScan,
  examine,
  type McpConfig,
  mcpConfigFor,
  type OpenProject,
  type Protocol,
  RunaError,
  requireMcpCommand,
  scanProject,
  workUnitsOf,
} from "@runa/engine";
import { Command, Option } from "clipanion";
import { type Argv, adapterIn, checkAgent, checkCommand } from "../agent-check.ts";
import { mcpCommand } from "../execution.ts";
import { probeServer } from "../mcp-probe.ts";
import { ProjectCommand } from "../project-command.ts";
import { doctorText } from "../render/doctor-view.ts";
import { agentText, probeText, validatorText } from "../render/probe-view.ts";

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
      ["In CI, for authors of methodologies", "$0 doctor --strict"],
      ["See which tools an agent is offered, and with what schemas", "$0 doctor --mcp"],
      ["Check that the configured agent is installed", "$0 doctor --agent"],
    ],
  });

  strict = Option.Boolean("--strict", false, { description: "Warnings count as problems." });
  verbose = Option.Boolean("--verbose", false, { description: "Also say which validator judges each artifact type." });
  mcp = Option.String("--mcp", {
    tolerateBoolean: true,
    description: "Start the MCP server of this protocol, or of all, and list its tools.",
  });
  agent = Option.String("--agent", {
    tolerateBoolean: true,
    description: "Check this agent, or those that are configured.",
  });

  override async execute(): Promise<number> {
    return this.withProject(async (project) => {
      if (this.mcp === undefined && this.agent === undefined) return this.#examine(project);
      const servers = this.mcp === undefined || (await this.#probe(project, this.mcp));
      const agents = this.agent === undefined || (await this.#checkAgents(project, this.agent));
      return servers && agents ? 0 : 1;
    });
  }

  async #examine(project: OpenProject): Promise<number> {
    const report = await scanProject(project);
    const examination = await examine(project, evaluateScan(project, report, null), report.unrecognized);
    if (this.verbose) this.print(await validatorText(project.methodology));
    this.print(doctorText(examination));
    return examination.problems > 0 || (this.strict && examination.warnings > 0) ? 1 : 0;
  }

  /** Probes the servers of one protocol or of all; whether every one could be used. */
  async #probe(project: OpenProject, named: string | boolean): Promise<boolean> {
    const { protocols } = project.methodology;
    const chosen = typeof named === "string" ? protocols.filter(({ name }) => name === named) : protocols;
    if (chosen.length === 0)
      throw new RunaError(
        `the methodology has no protocol '${String(named)}': it has ${protocols.map(({ name }) => name).join(", ")}`,
      );
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
    const checks =
      typeof named === "string"
        ? [checkAgent(named, server?.config ?? null)]
        : configuredCommands(project).map((command) => {
            const adapter = adapterIn(command);
            return adapter === null ? checkCommand(command, project.root) : checkAgent(adapter, server?.config ?? null);
          });
    for (const check of checks) this.print(agentText(check));
    return checks.every(({ ok }) => ok);
  }
}

/**
 * The commands that the project's protocols are executed with, each once.
 * @throws RunaError where there is none
 */
function configuredCommands({ methodology, config }: OpenProject): Argv[] {
  const distinct = new Map<string, Argv>();
  for (const { name } of methodology.protocols) {
    const { command } = config.agentFor(name);
    if (command !== null) distinct.set(JSON.stringify(command), command);
  }
  if (distinct.size === 0)
    throw new RunaError(
      `no agent is configured: put [agent] command = ["runa-agent", "NAME"] into ${config.file ?? ".runa/config.toml"}, or name one with --agent NAME`,
    );
  return [...distinct.values()];
}
