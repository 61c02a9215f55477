// One delivery through runa-mcp, from the call to its answer, and the same bytes written durably by hand.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fresh, RUNA_MCP } from "./projects.mjs";

/**
 * A server that stays, with a function that delivers one artifact and returns the milliseconds it took.
 * @param {string} project @param {string} protocol @param {string} type
 */
export async function deliverer(project, protocol, type) {
  const directory = fresh("pipes");
  const [calls, answers] = [join(directory, "calls"), join(directory, "answers")];
  execFileSync("mkfifo", [calls, answers]);
  // A pipe is opened by nobody alone; and each end by itself, since the server makes its own ones non-blocking.
  const held = [openSync(calls, "r+"), openSync(answers, "r+")];
  const theirs = [openSync(calls, "r"), openSync(answers, "w")];
  const [input, output] = [openSync(calls, "w"), openSync(answers, "r")];
  const server = spawn(process.execPath, [RUNA_MCP, "--protocol", protocol], {
    cwd: project,
    stdio: [...theirs, "inherit"],
  });
  const ended = once(server, "exit");
  for (const fd of [...held, ...theirs]) closeSync(fd);
  let id = 0;
  /** Held until the answer is there: what a client's event loop takes is no part of a delivery. */
  const request = (/** @type {string} */ method, /** @type {object} */ params) => {
    writeSync(input, `${JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params })}\n`);
    const answer = JSON.parse(lineFrom(output));
    if (answer.id !== id) throw new Error(`${method} was not answered: ${JSON.stringify(answer)}`);
    return answer.result;
  };
  const clientInfo = { name: "bench", version: "1" };
  request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  writeSync(input, `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  return {
    deliver() {
      const given = { instance_id: `delivered-${id}`, title: "Delivered", body: BODY };
      const start = performance.now();
      const result = request("tools/call", { name: type, arguments: given });
      const elapsed = performance.now() - start;
      if (result?.isError) throw new Error(JSON.stringify(result));
      return elapsed;
    },
    async close() {
      closeSync(input);
      await ended;
      closeSync(output);
    },
  };
}

const chunk = Buffer.alloc(64 * 1024);

/** One line from a pipe, waited for. */
function lineFrom(/** @type {number} */ fd) {
  let text = "";
  while (!text.endsWith("\n")) {
    const length = readSync(fd, chunk);
    if (length === 0) throw new Error("runa-mcp has ended");
    text += chunk.toString("utf8", 0, length);
  }
  return text;
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
