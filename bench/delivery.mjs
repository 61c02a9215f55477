// One delivery through runa-mcp, from the call to its answer, and the same bytes written durably by hand.
import { spawn } from "node:child_process";
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { RUNA_MCP } from "./projects.mjs";

/**
 * A server that stays, with a function that delivers one artifact and resolves to the milliseconds it took.
 * @param {string} project @param {string} protocol @param {string} type
 */
export async function deliverer(project, protocol, type) {
  const server = spawn(process.execPath, [RUNA_MCP, "--protocol", protocol], {
    cwd: project,
    stdio: ["pipe", "pipe", "inherit"],
  });
  // As lean as can be: what the client itself takes counts as the server's.
  /** @type {(answer: { id: number, result: any }) => void} */
  let answered = () => {};
  let text = "";
  server.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    if (!text.endsWith("\n")) return;
    const answer = JSON.parse(text);
    text = "";
    answered(answer);
  });
  server.once("exit", (status) => answered({ id: -1, result: { isError: `runa-mcp ended with ${status}` } }));
  let id = 0;
  const request = async (/** @type {string} */ method, /** @type {object} */ params) => {
    /** @type {Promise<{ id: number, result: any }>} */
    const answer = new Promise((resolve) => {
      answered = resolve;
    });
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params })}\n`);
    const { id: of, result } = await answer;
    if (of !== id) throw new Error(`${method} was not answered: ${JSON.stringify(result)}`);
    return result;
  };
  const clientInfo = { name: "bench", version: "1" };
  await request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  return {
    async deliver() {
      const given = { instance_id: `delivered-${id}`, title: "Delivered", body: BODY };
      const start = performance.now();
      const result = await request("tools/call", { name: type, arguments: given });
      const elapsed = performance.now() - start;
      if (result?.isError) throw new Error(JSON.stringify(result));
      return elapsed;
    },
    close: () => server.stdin.end(),
  };
}

const BODY = "x".repeat(500);

/**
 * write, fsync, rename, fsync of the directory: the least that a durable file costs; in milliseconds. Into the directory
 * that is delivered to, as a name that is passed over: what a new file takes depends on where its directory lies.
 */
export function writtenByHand(/** @type {string} */ directory, /** @type {number} */ number) {
  const bytes = JSON.stringify({ title: "Delivered", body: BODY }, null, 2);
  const start = performance.now();
  const file = openSync(join(directory, ".unfinished"), "w");
  writeSync(file, bytes);
  fsyncSync(file);
  closeSync(file);
  renameSync(join(directory, ".unfinished"), join(directory, `.by-hand-${number}.json`));
  const entries = openSync(directory, "r");
  fsyncSync(entries);
  closeSync(entries);
  return performance.now() - start;
}
