// The agent of the soak: delivers what its protocol owes, through its attempt's server or as a file of its own, and notes
// when it starts and ends. Another agent of its candidate that lives when it starts is what must never be.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { identityOf } from "./processes.mjs";
import { BODY, DECIDED, deliveriesOf } from "./project.mjs";

const attempt = process.env.RUNA_ATTEMPT ?? "";
const { command, args, env } = JSON.parse(process.env.RUNA_MCP_CONFIG ?? "{}");
const protocol = args[args.indexOf("--protocol") + 1];
const notes = `notes/${protocol}`;
const own = identityOf(process.pid);

appendFileSync(notes, `start ${own} ${attempt}\n`);
const lines = readFileSync(notes, "utf8").trimEnd().split("\n");
for (const line of lines) {
  const [what, identity = "", other] = line.split(" ");
  // Both look after both have noted themselves: one of two sees the other.
  if (what !== "start" || identity === own || lines.includes(`end ${identity} ${other}`)) continue;
  if (identityOf(Number(identity.split(":")[0])) === identity)
    appendFileSync("notes/overlap", `${protocol}: ${other} lived when ${attempt} started\n`);
}

// Every other one takes its time, so that some outlive a runa that is killed.
await pause(Math.max(0, Number.parseInt(attempt.slice(-1), 16) - 7) * 50);
const { round } = JSON.parse(readFileSync(".runa/workspace/brief/b.json", "utf8"));
const { type, through } = deliveriesOf(protocol, round);
const artifact = { title: protocol, by: attempt, round, body: BODY, ...(type === DECIDED && { noise: noise() }) };

if (through === "file") {
  const directory = `.runa/workspace/${type}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/.unfinished`, JSON.stringify(artifact));
  renameSync(`${directory}/.unfinished`, `${directory}/o.json`);
} else await deliver();
appendFileSync(notes, `end ${own} ${attempt}\n`);

/** So long, and so little to be compressed, that it is kept in a file of its own. */
function noise() {
  return randomBytes(80_000).toString("hex");
}

async function deliver() {
  const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  server.stdin.on("error", () => {});
  server.once("exit", () => process.exit(1));
  const answers = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const send = (/** @type {object} */ message) =>
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ask = async (/** @type {number} */ id, /** @type {string} */ method, /** @type {object} */ params) => {
    send({ id, method, params });
    const { value } = await answers.next();
    if (value === undefined || JSON.parse(value).result?.isError !== undefined) process.exit(1);
  };
  const clientInfo = { name: "soak", version: "1" };
  await ask(1, "initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
  send({ method: "notifications/initialized" });
  await ask(2, "tools/call", { name: type, arguments: { instance_id: "o", ...artifact } });
  server.removeAllListeners("exit");
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.stdin.end();
  await ended;
}
