import { count, type Methodology, visible } from "@runa/engine";
import type { AgentCheck } from "../checks/agent-check.ts";
import type { Probe } from "../checks/mcp-probe.ts";
import { out } from "./style.ts";

/** What each protocol era's client found at a protocol's server, with the served schemas of the first. */
export function probeText(protocol: string, probes: readonly Probe[]): string[] {
  const [first] = probes;
  return [
    out("bold", `MCP server of ${visible(protocol)}`),
    ...probes.map(({ era, tools, failure }) =>
      tools === null
        ? `  ${out("red", "failed")}  ${era}: ${visible(failure ?? "")}`
        : `  ${out("green", "ok")}      ${era}: ${tools.length === 0 ? "no tools, as the protocol has no outputs" : count(tools.length, "tool")}`,
    ),
    ...(first?.tools ?? []).flatMap(({ name, inputSchema }) => [
      `  ${out("bold", visible(name))}`,
      ...JSON.stringify(inputSchema, null, 2)
        .split("\n")
        .map((line) => `    ${visible(line)}`),
    ]),
    "",
  ];
}

/** What an agent's adapter said of its agent. */
export function agentText({ name, ok, lines }: AgentCheck): string[] {
  return [
    `${out("bold", `Agent ${visible(name)}`)}  ${ok ? out("green", "ok") : out("red", "problem")}`,
    ...lines.map((line) => `  ${visible(line)}`),
    "",
  ];
}

/** That there are protocols which nobody can execute. */
export function withoutAgentText(protocols: readonly string[], configFile: string): string[] {
  return [
    `${out("red", "problem")}  without an agent: ${protocols.map(visible).join(", ")}; put [agent] command = ["runa-agent", "NAME"] into ${visible(configFile)}, or bind each in a [protocols.NAME]`,
  ];
}

/** Which validator judges each artifact type, and why not the faster one. */
export async function validatorText({ types }: Methodology): Promise<string[]> {
  const lines: string[] = [];
  for (const type of types.values()) {
    const { engine } = await type.validator();
    lines.push(
      `  ${visible(type.name)}: ${engine.name}${engine.name === "ajv" ? "" : `, because of ${visible(engine.because)}`}`,
    );
  }
  return [out("bold", "Validators"), ...lines, ""];
}
