import type { McpConfig } from "@runa/engine/process";

/** A tool as the server offers it to a client. */
export interface ProbedTool {
  readonly name: string;
  readonly inputSchema: unknown;
}

/** What a client of one protocol era found. */
export interface Probe {
  readonly era: string;
  /** Null where the server could not be used; then `failure` says why. */
  readonly tools: readonly ProbedTool[] | null;
  readonly failure: string | null;
}

// The versions of the MCP protocol, by what their clients open with: the handshake, or nothing but requests.
const ERAS = [
  { era: "MCP 2025-11-25 and before (with a handshake)", mode: "legacy" },
  { era: "MCP 2026-07-28 (without)", mode: { pin: "2026-07-28" } },
] as const;

/** How long, in milliseconds, the server may take to answer. */
const PATIENCE = 20_000;

/**
 * Starts a project's server as an agent would, once for each protocol era, and lists its tools. Delivers nothing.
 */
export async function probeServer(config: McpConfig, environment: NodeJS.ProcessEnv): Promise<Probe[]> {
  const [{ Client }, { StdioClientTransport }] = await Promise.all([
    import("@modelcontextprotocol/client"),
    import("@modelcontextprotocol/client/stdio"),
  ]);
  const env = Object.fromEntries(
    Object.entries({ ...environment, ...config.env }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const probes: Probe[] = [];
  for (const { era, mode } of ERAS) {
    const transport = new StdioClientTransport({
      command: config.command,
      args: [...config.args],
      env,
      stderr: "pipe",
    });
    const said: Buffer[] = [];
    transport.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
    const client = new Client({ name: "runa-doctor", version: "1" }, { versionNegotiation: { mode } });
    try {
      await client.connect(transport, { timeout: PATIENCE });
      const { tools } = await client.listTools(undefined, { timeout: PATIENCE });
      probes.push({ era, tools: tools.map(({ name, inputSchema }) => ({ name, inputSchema })), failure: null });
    } catch (error) {
      const last = Buffer.concat(said).toString("utf8").trim().split("\n").at(-1);
      probes.push({ era, tools: null, failure: last || (error instanceof Error ? error.message : String(error)) });
    } finally {
      await client.close();
    }
  }
  return probes;
}
