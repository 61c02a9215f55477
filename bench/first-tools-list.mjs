// Starts a project's runa-mcp and measures until the answer to its first tools/list, in milliseconds.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { RUNA_MCP } from "./projects.mjs";

/** @param {string} project @param {string} protocol @returns {Promise<number>} */
export async function firstToolsList(project, protocol) {
  const start = performance.now();
  const server = spawn(process.execPath, [RUNA_MCP, "--protocol", protocol], {
    cwd: project,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const send = (/** @type {object} */ message) =>
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const clientInfo = { name: "bench", version: "1" };
  send({ id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } });
  send({ method: "notifications/initialized" });
  send({ id: 2, method: "tools/list", params: {} });
  for await (const line of createInterface({ input: server.stdout })) {
    const { id, result } = JSON.parse(line);
    if (id !== 2) continue;
    const elapsed = performance.now() - start;
    if (!Array.isArray(result?.tools)) throw new Error(`no tools: ${line}`);
    server.stdin.end();
    await new Promise((resolve) => server.once("close", resolve));
    return elapsed;
  }
  throw new Error("runa-mcp ended without an answer");
}
