import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * One session with an attempt's server, as `RUNA_MCP_CONFIG` describes it.
 * @param {{protocol?: string, env?: Record<string, string | undefined>}} changes what is started otherwise than it says
 */
export async function startServer({ protocol, env = {} } = {}) {
  const config = JSON.parse(process.env.RUNA_MCP_CONFIG);
  // Before that stands what the program itself needs, such as its script.
  const own = config.args.indexOf("--protocol");
  const args = protocol === undefined ? config.args : [...config.args.slice(0, own), "--protocol", protocol];
  const server = spawn(config.command, args, {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, ...config.env, ...env },
  });
  server.stdin.on("error", () => {});
  const asked = new Map();
  createInterface({ input: server.stdout }).on("line", (line) => {
    const message = JSON.parse(line);
    asked.get(message.id)?.(message);
  });
  const ended = new Promise((resolve) => server.once("close", (code) => resolve({ serverEnded: code })));
  let last = 0;
  const request = (method, params) => {
    const id = ++last;
    const answer = new Promise((resolve) => asked.set(id, resolve));
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return Promise.race([answer, ended]);
  };
  const clientInfo = { name: "misbehaving", version: "1" };
  await request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  return {
    /** What a call came to: its answer, or the exit code of a server that has gone. */
    call: (tool, artifact) => request("tools/call", { name: tool, arguments: { instance_id: "d1", ...artifact } }),
    end: () => {
      server.stdin.end();
      return ended;
    },
  };
}

/** What every other agent does: delivers a design, and ends its server. */
export async function deliver(artifact = { title: "A design" }) {
  const server = await startServer();
  const answer = await server.call("design", artifact);
  await server.end();
  return answer;
}
