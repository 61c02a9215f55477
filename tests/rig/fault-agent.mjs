// An agent that delivers through its attempt's server, in raw JSON-RPC: it delivers an approval, withdraws the
// old draft, and confirms the note. When the server dies under it, or refuses, it gives up with 1.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

appendFileSync("executed", `${process.env.RUNA_ATTEMPT}\n`);
const { command, args, env } = JSON.parse(process.env.RUNA_MCP_CONFIG);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
server.stdin.on("error", () => {});
server.on("exit", () => process.exit(1));
const answers = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
let id = 0;

/** Calls a method; whatever is refused ends this agent, unless it says so in one of the words that are expected. */
async function ask(method, params, expected = "nothing") {
  send({ id: ++id, method, params });
  const { value } = await answers.next();
  const { result } = JSON.parse(value ?? "{}");
  if (result === undefined || (result.isError === true && !result.content[0].text.includes(expected))) process.exit(1);
}

await ask("initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "rig", version: "1" },
});
send({ method: "notifications/initialized" });
const own = (artifact_type, instance_id, reason) => ({ artifact_type, instance_id, reason });
await ask("tools/call", { name: "approved", arguments: { instance_id: "yes", title: "approved" } });
// An attempt before this one may have got so far.
await ask("tools/call", { name: "withdraw", arguments: own("draft", "old", "not wanted") }, "there is no 'draft'");
await ask("tools/call", { name: "confirm_unchanged", arguments: own("note", "same", "still right") });
server.removeAllListeners("exit");
server.on("exit", () => process.exit(0));
server.stdin.end();
