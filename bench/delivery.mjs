// One delivery through runa-mcp, from the call to its answer, and the same bytes written durably by hand.
import { spawn } from "node:child_process";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
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
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const request = async (/** @type {string} */ method, /** @type {object} */ params) => {
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`runa-mcp ended without an answer to ${method}`);
      const answer = JSON.parse(value);
      if (answer.id === id) return answer.result;
    }
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

/** write, fsync, rename, fsync of the directory: the least that a durable file costs; in milliseconds. */
export function writtenByHand(/** @type {string} */ directory, /** @type {number} */ number) {
  mkdirSync(directory, { recursive: true });
  const bytes = JSON.stringify({ title: "Delivered", body: BODY }, null, 2);
  const start = performance.now();
  const file = openSync(join(directory, ".unfinished"), "w");
  writeSync(file, bytes);
  fsyncSync(file);
  closeSync(file);
  renameSync(join(directory, ".unfinished"), join(directory, `by-hand-${number}.json`));
  const entries = openSync(directory, "r");
  fsyncSync(entries);
  closeSync(entries);
  return performance.now() - start;
}
