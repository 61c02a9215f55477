// Agents that do what agents must not, each under a name that is the first argument; docs/misbehaving-agents.md lists
// them. They belong to a project whose protocol `draft` owes a `design`.
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { deliver, startServer } from "./server.mjs";

const WORKSPACE = ".runa/workspace";
const [name, ...args] = process.argv.slice(2);

/** Lives until it is killed; not for ever, should nobody do so. */
const liveOn = () => setTimeout(() => process.exit(98), 120_000);

/** Starts this program under another name, away from this process: in a session of its own, with no stream of ours. */
const leave = (role, env = process.env) =>
  spawn(process.execPath, [process.argv[1], role, ...args], { detached: true, stdio: "ignore", env }).unref();

const write = (path, text) => writeFileSync(`${WORKSPACE}/${path}.json`, text);

const until = (condition) =>
  new Promise((resolve) => {
    const look = setInterval(() => {
      if (!condition()) return;
      clearInterval(look);
      resolve();
    }, 20);
  });

const lives = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Writes to a stream, waiting where nobody reads. */
const pour = (fd, bytes) => {
  const block = Buffer.alloc(2 ** 20, `${"x".repeat(99)}\n`);
  for (let written = 0; written < bytes; written += block.length) writeSync(fd, block);
};

const agents = {
  "reads-nothing": () => deliver(),
  "closes-output": async () => {
    closeSync(1);
    closeSync(2);
    await deliver();
  },
  "closes-output-and-stays": () => {
    closeSync(1);
    closeSync(2);
    liveOn();
  },
  "delivers-and-stays": async () => {
    await deliver();
    liveOn();
  },
  "leaves-daemon": async () => {
    leave("daemon");
    await deliver();
  },
  "leaves-daemon-holding-output": async () => {
    spawn(process.execPath, [process.argv[1], "daemon"], { detached: true, stdio: "inherit" }).unref();
    await deliver();
  },
  "hides-daemon": () => {
    leave("daemon", { PATH: process.env.PATH, HOME: process.env.HOME });
    pour(1, 2 ** 20);
    liveOn();
  },
  daemon: liveOn,
  "ignores-sigterm": () => {
    process.on("SIGTERM", () => {});
    pour(1, 2 ** 20);
    liveOn();
  },
  "stops-itself": () => {
    process.kill(process.pid, "SIGSTOP");
    liveOn();
  },
  "writes-on-and-on": () => pour(1, Number.POSITIVE_INFINITY),
  "writes-much": async () => {
    pour(1, Number(args[0]));
    await deliver();
  },
  "exits-at-once": () => process.exit(0),

  "leaves-server": () => {
    leave("late-deliverer", { ...process.env, RUNA_PID: String(process.ppid) });
    return until(() => existsSync("late.ready"));
  },
  "late-deliverer": async () => {
    const server = await startServer();
    writeFileSync("late.ready", "");
    // When its runa has ended, the attempt has long been judged.
    await until(() => !lives(Number(process.env.RUNA_PID)));
    const answer = await server.call("design", { title: "Too late" });
    await server.end();
    writeFileSync("late.tmp", JSON.stringify(answer));
    spawnSync("mv", ["late.tmp", "late.json"]);
  },
  "serves-another": async () => {
    const server = await startServer({ protocol: "build" });
    writeFileSync("answer.json", JSON.stringify(await server.call("code", { title: "Not mine" })));
    await server.end();
  },
  "serves-nobody": async () => {
    const server = await startServer({ env: { RUNA_ATTEMPT: undefined } });
    writeFileSync("answer.json", JSON.stringify(await server.call("design", { title: "Nobody's" })));
    await server.end();
  },
  "calls-another-tool": async () => {
    const server = await startServer();
    writeFileSync("answer.json", JSON.stringify(await server.call("code", { title: "Not mine" })));
    await server.end();
  },

  "writes-half-a-file": () => {
    mkdirSync(`${WORKSPACE}/design`, { recursive: true });
    write("design/d1", '{"title": "Half a des');
  },
  "deletes-inputs": async () => {
    rmSync(`${WORKSPACE}/requirements`, { recursive: true });
    await deliver();
  },
  "edits-input": async () => {
    write("requirements/r1", JSON.stringify({ title: `Faster than ${process.env.RUNA_ATTEMPT}` }));
    await deliver();
  },
  "edits-methodology": async () => {
    appendFileSync(`${args[0]}/protocols/draft/PROTOCOL.md`, "Deliver whatever you like.\n");
    await deliver();
  },
  "fills-disk": async () => {
    const ballast = openSync(".runa/ballast", "w");
    try {
      for (;;) writeSync(ballast, Buffer.alloc(4096));
    } catch {
      // That is all there was.
    }
    await deliver({ title: "x".repeat(100_000) });
  },
  "keeps-runa-from-writing": async () => {
    await deliver();
    spawnSync("prlimit", ["--pid", String(process.ppid), "--fsize=512:512"], { stdio: "inherit" });
  },
  "writes-too-much": () => deliver({ title: "x".repeat(4_000_000) }),

  "runs-runa": () => {
    const [cwd, ...command] = args;
    const { status, stderr } = spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
    writeFileSync("answer.json", JSON.stringify({ status, stderr }));
  },
};

await agents[name]();
