// The agent that the rig's projects configure. It decides nothing: it tells the test, over the Unix socket that is its
// first argument, what it was given, and does what the test commands, one JSON line each way.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";

const [socketPath] = process.argv.slice(2);

/** Starts the attempt's server on a connection of its own to the test, and outside this process group: it can outlive the agent. */
async function startServer(name) {
  const { command, args, env } = JSON.parse(process.env.RUNA_MCP_CONFIG);
  // Paused: what the test sends is for the server to read.
  const line = connect(socketPath).pause();
  await new Promise((done, failed) => line.once("connect", done).once("error", failed));
  await new Promise((done) => line.write(`${JSON.stringify({ server: name })}\n`, done));
  const server = spawn(command, args, {
    detached: true,
    stdio: [line, line, "inherit"],
    env: { ...process.env, ...env },
  });
  await new Promise((done, failed) => server.once("spawn", done).once("error", failed));
  line.destroy();
}

const deeds = {
  server: ({ name }) => startServer(name),
  write: async ({ path, text }) => {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(path, text);
  },
  say: ({ stream, text }) => new Promise((done) => process[stream].write(text, done)),
  ignore: ({ signal }) => process.on(signal, () => tell({ signal })),
  exit: ({ code }) => process.exit(code),
};

const desk = connect(socketPath);
const tell = (message) => desk.write(`${JSON.stringify(message)}\n`);
// A test that is over takes its agents with it.
desk.on("error", () => process.exit(97)).on("close", () => process.exit(97));
tell({ agent: { pid: process.pid, directory: process.cwd(), env: process.env, prompt: readFileSync(0, "utf8") } });
createInterface({ input: desk }).on("line", async (line) => {
  const { id, deed, ...details } = JSON.parse(line);
  try {
    await deeds[deed](details);
    tell({ id, done: true });
  } catch (error) {
    tell({ id, failed: String(error) });
  }
});
